/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "download/transfer.h"

/* For tests of the fetch socket: its real server in this process with shorter limits and an authority of its own, and web
 * servers to ask (tests/support/bad-server.py). What stands in for systemd is a thread that accepts and serves. */

#define TEST_FETCH_SIZE 300000 /* bytes of the file "file" that every server has */
extern guint8 test_fetch_content[TEST_FETCH_SIZE];

/* Paths, certificates for 127.0.0.1, localhost, one.example and two.example, the served folder, and whoever listens at the
 * fetch socket: it serves with @settings, which are filled in, stay the caller's and may be changed. Returns the test's
 * folder; static. */
const char *test_fetch_begin (SutureTransferSettings *settings);
void test_fetch_end (void);

/* An unnamed file that holds @data. */
int test_fetch_file (const guint8 *data, gsize length);
/* That @fd holds the first @length bytes of what is served, and nothing else. */
void test_fetch_assert_file (int fd, gsize length);

typedef struct
{
  GSubprocess *process; /* (owned) */
  guint16 port;
} TestServer;

/* Starts @program of tests/support, which says its port first. */
void test_server_start_program (TestServer *self, const char *program, const char *const *arguments);
/* bad-server.py with @certificate (a file name) and @extra argument or NULL; its log is the file "log" in the folder. */
void test_server_start (TestServer *self, const char *certificate, const char *extra);
void test_server_stop (TestServer *self);
/* Where it serves the file and behaves as @behaviour. */
char *test_server_address (const TestServer *self, const char *behaviour);
