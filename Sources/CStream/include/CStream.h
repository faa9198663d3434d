// What of stream sockets is not visible from Swift.
#pragma once

/// The next connection of a listening socket, or -1 with `errno` set, as accept(2). It is closed on exec from its first
/// moment: between accept and fcntl another thread may start a program.
int stream_accept(int socket);
