/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The named encodings of payloads. A decoder sees memory only: it does no I/O, keeps nothing, and can't write past the
 * output, whose size is the signed one. */

G_BEGIN_DECLS

typedef struct
{
  const char *name;         /* as in the manifest */
  gboolean needs_reference; /* the old files of a base */
  /* Decodes all of @payload into exactly @length bytes at @output. @reference is NULL unless it is needed.
   * SUTURE_ERROR_MALFORMED when the payload is damaged, or holds fewer or more bytes. */
  gboolean (*decode) (const void *payload,
                      gsize payload_length,
                      const void *reference,
                      gsize reference_length,
                      void *output,
                      gsize length,
                      GError **error);
} SutureEncoding;

/* The encoding called @name, static; NULL when it is not known. */
const SutureEncoding *suture_encoding_find (const char *name);

G_END_DECLS
