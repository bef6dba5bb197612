/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * A disk that remembers what was forced, for a process that is started with this library preloaded. Below DISK_ROOT,
 * each successful fsync or fdatasync keeps a copy of the file, as it was when the call began, at DISK_FORCED/f.INODE,
 * or of the names in the directory, at DISK_FORCED/d.INODE. A deleted file stays there as keep.N, so that its inode is
 * not used again. DISK_CONTROL is a file of 64-bit numbers that the test changes while the process runs: whether forces
 * fail, how many bytes there is room for (negative: any number), and whether forces of directories do nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORCES_FAIL, ROOM, NO_DIRECTORIES, NUMBERS };

static const char *root;
static const char *forced;
static volatile int64_t *control;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int kept;

static int (*next_fsync)(int);
static int (*next_fdatasync)(int);
static int (*next_rename)(const char *, const char *);
static int (*next_unlink)(const char *);
static int (*next_remove)(const char *);
static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_pwrite)(int, const void *, size_t, off_t);

__attribute__((constructor)) static void begin(void) {
    next_fsync = dlsym(RTLD_NEXT, "fsync");
    next_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    next_rename = dlsym(RTLD_NEXT, "rename");
    next_unlink = dlsym(RTLD_NEXT, "unlink");
    next_remove = dlsym(RTLD_NEXT, "remove");
    next_write = dlsym(RTLD_NEXT, "write");
    next_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    const char *file = getenv("DISK_CONTROL");
    if (file == NULL) return;
    int fd = open(file, O_RDWR);
    if (fd < 0) abort();
    void *numbers = mmap(NULL, NUMBERS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (numbers == MAP_FAILED) abort();
    close(fd);
    control = numbers;
    forced = getenv("DISK_FORCED");
    root = getenv("DISK_ROOT");
}

static int below(const char *path) {
    return root != NULL && strncmp(path, root, strlen(root)) == 0;
}

static int tracked(int fd) {
    char link[64], path[4096];
    if (root == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void all(int to, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t n = next_write(to, bytes, size);
        if (n < 0) abort();
        bytes += n;
        size -= n;
    }
}

static void copy_file(int fd, int to) {
    char link[64], bytes[1 << 16];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = open(link, O_RDONLY);
    if (from < 0) abort();
    for (ssize_t n; (n = read(from, bytes, sizeof bytes)) > 0;) all(to, bytes, n);
    close(from);
}

static void copy_names(int fd, int to) {
    char link[64], line[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    DIR *directory = opendir(link);
    if (directory == NULL) abort();
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        int n = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long) entry->d_ino, entry->d_name);
        all(to, line, n);
    }
    closedir(directory);
}

static int force(int fd, int (*next)(int)) {
    if (!tracked(fd)) return next(fd);
    if (control[FORCES_FAIL]) {
        errno = EIO;
        return -1;
    }
    struct stat found;
    if (fstat(fd, &found) != 0) return -1;
    int directory = S_ISDIR(found.st_mode);
    if (directory && control[NO_DIRECTORIES]) return 0;
    char fresh[4096], name[4096];
    pthread_mutex_lock(&lock);
    snprintf(fresh, sizeof fresh, "%s/fresh", forced);
    snprintf(name, sizeof name, "%s/%c.%llu", forced, directory ? 'd' : 'f', (unsigned long long) found.st_ino);
    int to = open(fresh, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (to < 0) abort();
    if (directory) copy_names(fd, to); else copy_file(fd, to);
    close(to);
    /* A force takes its time, as on a disk: who does not wait for it has answered long before it ends. */
    usleep(10000);
    next_rename(fresh, name);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) { return force(fd, next_fsync); }

int fdatasync(int fd) { return force(fd, next_fdatasync); }

static void keep(const char *path) {
    char name[4096];
    if (!below(path)) return;
    pthread_mutex_lock(&lock);
    do snprintf(name, sizeof name, "%s/keep.%d.%d", forced, (int) getpid(), kept++);
    while (link(path, name) != 0 && errno == EEXIST);
    pthread_mutex_unlock(&lock);
}

int rename(const char *from, const char *to) {
    keep(to);
    return next_rename(from, to);
}

int unlink(const char *path) {
    keep(path);
    return next_unlink(path);
}

int remove(const char *path) {
    keep(path);
    return next_remove(path);
}

/* How many of the bytes there is room for; what lies within the file has its room already. */
static ssize_t room_for(int fd, off_t at, size_t size) {
    struct stat found;
    if (control == NULL || control[ROOM] < 0 || !tracked(fd) || fstat(fd, &found) != 0) return size;
    int64_t growth = (int64_t) at + (int64_t) size - found.st_size;
    if (growth <= 0) return size;
    int64_t over = growth - control[ROOM];
    if (over <= 0) {
        control[ROOM] -= growth;
        return size;
    }
    if (over >= (int64_t) size) {
        errno = ENOSPC;
        return -1;
    }
    control[ROOM] = 0;
    return size - over;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t room = control == NULL || control[ROOM] < 0 ? (ssize_t) size : room_for(fd, lseek(fd, 0, SEEK_CUR), size);
    return room < 0 ? room : next_write(fd, bytes, room);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) {
    ssize_t room = room_for(fd, at, size);
    return room < 0 ? room : next_pwrite(fd, bytes, room, at);
}
