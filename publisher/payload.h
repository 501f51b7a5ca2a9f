/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The encoders beside helper/rebuild/encoding.h. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_PAYLOAD_SMALL, /* as small as can be: it is made once and fetched often */
  SUTURE_PAYLOAD_QUICK, /* for this computer alone */
} SuturePayloadEffort;

/* Encodes @image; @reference may be NULL (encoding "zstd", a window of 8 MiB at most, so that any client has the memory)
 * or the old files as one piece ("zstd-prefix", distances as far as they reach). */
GBytes *suture_payload_encode (
    GBytes *image, GBytes *reference, SuturePayloadEffort effort, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
