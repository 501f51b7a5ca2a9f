/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/credential.h"

/* One file over HTTPS into a pipe: the only place that knows libcurl. Follows redirects itself, so that each hop is looked
 * at before it is asked; decodes no content; keeps no cookie, connection or file. A credential goes to its own origin alone,
 * inside TLS: to no other host, port or scheme, to no proxy, and to nobody any more once a redirect has led elsewhere. */

G_BEGIN_DECLS

/* The limits are those of the program (fetch.c); tests shorten them and bring a certificate authority of their own. */
typedef struct
{
  const char *ca_file;   /* PEM; NULL: the system's */
  const char *proxy;     /* an address with or without user and password; NULL: none */
  guint first_byte;      /* ms until the first byte of the file, names, connections and redirects included */
  guint window;          /* ms over which the speed is averaged */
  guint min_speed;       /* bytes a second within each window */
  guint total;           /* ms for everything */
} SutureTransferSettings;

typedef struct
{
  const char *url;    /* https://… without user and password */
  guint64 offset;     /* what the asker has already; 0, or less than max_length */
  guint64 max_length; /* bytes of the whole file; its exact length when offset is not 0 */
  int pipe;           /* writing end; made non-blocking; stays the caller's */
  const SutureCredential *credential; /* NULL: none */
} SutureTransferRequest;

/* Called once, before the first byte goes into the pipe: @offset says where in the file it belongs, 0 or the request's.
 * FALSE ends the transfer. */
typedef gboolean (*SutureTransferBegin) (guint64 offset, gpointer user_data);

/* What became of it, in numbers only. */
typedef struct
{
  guint code;    /* CURLcode; 0: all of the answer's bytes are in the pipe */
  guint http;    /* status of the last answer; 0: none came */
  guint64 bytes; /* written into the pipe */
} SutureTransferStatus;

/* Blocks. Errors beside libcurl's own meanings: CURLE_FILESIZE_EXCEEDED more than max_length, CURLE_RANGE_ERROR another
 * part than asked for, CURLE_TOO_MANY_REDIRECTS the fourth, CURLE_REMOTE_ACCESS_DENIED a redirect to where none may lead,
 * CURLE_WEIRD_SERVER_REPLY a status or headers that make no sense, CURLE_WRITE_ERROR the reader has gone. */
SutureTransferStatus suture_transfer_run (const SutureTransferRequest *request,
                                          const SutureTransferSettings *settings,
                                          SutureTransferBegin begin,
                                          gpointer user_data);

G_END_DECLS
