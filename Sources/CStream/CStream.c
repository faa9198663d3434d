#define _GNU_SOURCE
#include "CStream.h"

#include <stddef.h>
#include <sys/socket.h>

int stream_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC); }
