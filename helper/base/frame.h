/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One message between two of our programs over a UNIX stream socket: a header line "TAG LENGTH\n" and LENGTH bytes.
 * A descriptor may ride on the header (SCM_RIGHTS). Nothing is parsed before its length was bounded, and descriptors
 * that nobody asked for are closed. */

G_BEGIN_DECLS

#define SUTURE_FRAME_TAG_MAX 200 /* bytes: the longest metadata file name, percent-encoded */

typedef struct
{
  char *tag;     /* [A-Za-z0-9._~%-]{1,200} (owned) */
  GBytes *bytes; /* never NULL (owned) */
  int fd;        /* -1 when none came (owned) */
} SutureFrame;

/* Blocks until all is written. @fd: -1 or a descriptor to pass along; it stays the caller's. */
gboolean suture_frame_send (int socket, const char *tag, const void *data, gsize length, int fd, GError **error);

/* Blocks (the socket's SO_RCVTIMEO bounds it) for one frame of at most @max_length bytes.
 * NULL without @error: the peer closed between two frames. NULL with SUTURE_ERROR_MALFORMED: a bad header, a longer
 * frame, more than one descriptor; SUTURE_ERROR_INTERRUPTED: closed inside a frame, or timed out. */
SutureFrame *suture_frame_receive (int socket, gsize max_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void suture_frame_free (SutureFrame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureFrame, suture_frame_free)

/* Connects to the stream socket at @path. SUTURE_ERROR_UNAVAILABLE when nobody listens or the caller may not. */
int suture_frame_connect (const char *path, GError **error);

G_END_DECLS
