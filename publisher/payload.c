/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "payload.h"

#include <zstd.h>

#include "base/error.h"

#define LEVEL 19            /* facts: --ultra -22 gains under 1% */
#define QUICK_LEVEL 1
#define FULL_WINDOW_LOG 23  /* 8 MiB, what every decoder accepts (zstd's recommendation, RFC 8878 3.1.1.1.2) */
#define LONGEST_WINDOW_LOG 31
/* How far back the search tables of LEVEL reach (a chain log of 24, two entries a position). A file's old bytes lie about
 * the reference's length before the new ones; beyond this only long-distance matching finds them, and costs half again. */
#define NEAR_BYTES (8 * 1024 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ZSTD_CCtx, ZSTD_freeCCtx)

/* The window that reaches from the last byte of the image to the first of the reference. */
static int
window_log (gsize length)
{
  int log = 10;

  while (log < LONGEST_WINDOW_LOG && ((gsize) 1 << log) < length)
    log++;
  return log;
}

static gboolean
check (size_t result, GError **error)
{
  if (!ZSTD_isError (result))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "could not compress: %s", ZSTD_getErrorName (result));
  return FALSE;
}

GBytes *
suture_payload_encode (GBytes *image, GBytes *reference, SuturePayloadEffort effort, GError **error)
{
  g_autoptr (ZSTD_CCtx) context = ZSTD_createCCtx ();
  gsize length, prefix_length = 0;
  const void *data = g_bytes_get_data (image, &length);
  const void *prefix = reference != NULL ? g_bytes_get_data (reference, &prefix_length) : NULL;
  gsize bound = ZSTD_compressBound (length);
  g_autofree void *output = g_malloc (bound);
  int log = reference != NULL ? window_log (length + prefix_length) : MIN (window_log (length), FULL_WINDOW_LOG);
  size_t result;

  /* one thread: zstd's jobs lose the prefix */
  if (!check (ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel,
                                      effort == SUTURE_PAYLOAD_QUICK ? QUICK_LEVEL : LEVEL), error)
      || !check (ZSTD_CCtx_setParameter (context, ZSTD_c_windowLog, log), error)
      || !check (ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 0), error)
      || (prefix_length > NEAR_BYTES
          && !check (ZSTD_CCtx_setParameter (context, ZSTD_c_enableLongDistanceMatching, 1), error))
      || (reference != NULL && !check (ZSTD_CCtx_refPrefix (context, prefix, prefix_length), error)))
    return NULL;
  result = ZSTD_compress2 (context, output, bound, data, length);
  if (!check (result, error))
    return NULL;
  return g_bytes_new (output, result);
}
