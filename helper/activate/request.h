/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/frame.h"
#include "feed/bundle.h"

/* What the helper asks for, read whole and bounded before anything is done with it (helper/README.md has the frames). */

G_BEGIN_DECLS

#define SUTURE_REQUEST_FRAMES_MAX (SUTURE_BUNDLE_FILES_MAX + 4)

typedef enum
{
  SUTURE_REQUEST_INSTALL,
  SUTURE_REQUEST_REMOVE,
  SUTURE_REQUEST_LIST,
  SUTURE_REQUEST_RECONSIDER,
  SUTURE_REQUEST_LOCAL_ON,
  SUTURE_REQUEST_LOCAL_OFF,
} SutureRequestKind;

typedef struct
{
  SutureRequestKind kind;
  char *feed;           /* a name; install only (owned) */
  char *id;             /* a name; install and remove (owned) */
  SutureBundle *bundle; /* metadata; empty unless install (owned) */
  GBytes *manifest;     /* install only (owned) */
  int image;            /* install only (owned) */
} SutureRequest;

/* The words of a request frame. NULL with SUTURE_ERROR_INVALID_ARGUMENT: another word, one too many, or what is no name. */
SutureRequest *suture_request_parse (GBytes *words, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the frames of @socket up to "end". Besides the frames' own errors: SUTURE_ERROR_MALFORMED for a frame that does
 * not belong there, comes twice, or is one too many; SUTURE_ERROR_INVALID_ARGUMENT when something is missing. */
SutureRequest *suture_request_receive (int socket, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void suture_request_free (SutureRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRequest, suture_request_free)

G_END_DECLS
