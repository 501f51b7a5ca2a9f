/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rebuild/encoding.h"

#include <zstd.h>

#include "base/error.h"

/* One shot, so that zstd needs no window of its own: matches are copied within the output and from the reference, both
 * of them mapped files. A full payload is the same with an empty prefix. */
static gboolean
decode_zstd (const void *payload,
             gsize payload_length,
             const void *reference,
             gsize reference_length,
             void *output,
             gsize length,
             GError **error)
{
  ZSTD_DCtx *context = ZSTD_createDCtx ();
  size_t result = ZSTD_DCtx_refPrefix (context, reference, reference_length);

  if (!ZSTD_isError (result))
    result = ZSTD_decompressDCtx (context, output, length, payload, payload_length);
  ZSTD_freeDCtx (context);
  if (ZSTD_isError (result))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the download can't be unpacked: %s",
                   ZSTD_getErrorName (result));
      return FALSE;
    }
  if (result != length)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the download holds %zu bytes instead of %zu", result,
                   length);
      return FALSE;
    }
  return TRUE;
}

static const SutureEncoding encodings[] = {
  { "zstd", FALSE, decode_zstd },
  { "zstd-prefix", TRUE, decode_zstd },
};

const SutureEncoding *
suture_encoding_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_str_equal (encodings[i].name, name))
      return &encodings[i];
  return NULL;
}
