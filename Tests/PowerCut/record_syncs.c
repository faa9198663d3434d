/* Preloaded into the server: records how much of each file is on disk for sure, so that a test can take away the rest as
 * a power cut would. For each fsync(2) or fdatasync(2) that succeeded one line is appended to the file that
 * RECORD_SYNCS_TO names:
 *   S SIZE PATH   of the file PATH, SIZE octets are on disk (its size before the call)
 *   N PATH        the name PATH is on disk: its folder was synced, and held it before the call */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names of one folder: a journal of a test has some dozens of segments. */
#define MOST_NAMES 4096

static void record(const char *line, size_t length)
{
    const char *path = getenv("RECORD_SYNCS_TO");
    if (!path)
        return;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* One write of a line: lines of several threads do not mix. A record that cannot be kept would make the test lie. */
    if (file < 0 || write(file, line, length) != (ssize_t)length) {
        static const char complaint[] = "record_syncs: the record cannot be written\n";
        if (write(2, complaint, sizeof complaint - 1) >= 0)
            _exit(97);
        abort();
    }
    close(file);
}

static void record_file(long long size, const char *path)
{
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "S %lld %s\n", size, path);
    record(line, (size_t)length);
}

/* The names that the folder holds, each as a line, in memory of its own. */
static char *list_names(const char *path, size_t *length)
{
    DIR *folder = opendir(path);
    if (!folder)
        return NULL;
    char *lines = NULL;
    size_t used = 0;
    struct dirent *entry;
    for (int count = 0; count < MOST_NAMES && (entry = readdir(folder)); count++) {
        char line[2 * PATH_MAX];
        int added = snprintf(line, sizeof line, "N %s/%s\n", path, entry->d_name);
        char *grown = realloc(lines, used + (size_t)added);
        if (!grown)
            break;
        lines = grown;
        memcpy(lines + used, line, (size_t)added);
        used += (size_t)added;
    }
    closedir(folder);
    *length = used;
    return lines;
}

static int sync_and_record(int descriptor, int (*sync)(int))
{
    char link[64], path[PATH_MAX];
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || fstat(descriptor, &status) != 0)
        return sync(descriptor);
    path[length] = 0;
    char *names = NULL;
    size_t names_length = 0;
    if (S_ISDIR(status.st_mode))
        names = list_names(path, &names_length);
    int result = sync(descriptor);
    int error = errno;
    if (result == 0 && S_ISREG(status.st_mode))
        record_file((long long)status.st_size, path);
    if (result == 0 && names)
        record(names, names_length);
    free(names);
    errno = error;
    return result;
}

static int (*original(const char *name))(int)
{
    int (*function)(int);
    *(void **)&function = dlsym(RTLD_NEXT, name);
    return function;
}

int fsync(int descriptor)
{
    return sync_and_record(descriptor, original("fsync"));
}

int fdatasync(int descriptor)
{
    return sync_and_record(descriptor, original("fdatasync"));
}
