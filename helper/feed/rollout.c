/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/rollout.h"

#include "base/digest.h"
#include "base/json.h"

gboolean
suture_rollout_parse (SutureRollout *self, const SutureTarget *target, GError **error)
{
  JsonObject *rollout = NULL;

  *self = (SutureRollout){ 0 };
  if (target->custom == NULL)
    return TRUE;
  if (suture_json_read_object (json_node_get_object (target->custom), "rollout", SUTURE_JSON_OPTIONAL, &rollout, error)
      && (rollout == NULL
          || (suture_json_read_time (rollout, "start", SUTURE_JSON_REQUIRED, &self->start, error)
              && suture_json_read_integer (rollout, "hours", SUTURE_JSON_REQUIRED, 0, SUTURE_ROLLOUT_HOURS_MAX, &self->hours,
                                           error))))
    return TRUE;
  g_prefix_error (error, "its rollout: ");
  return FALSE;
}

/* @seconds * @fraction / 2^64, rounded down, without an integer of 128 bits. */
static gint64
scale (guint64 seconds, guint64 fraction)
{
  guint64 low = seconds * (fraction & G_MAXUINT32);

  return (gint64) ((seconds * (fraction >> 32) + (low >> 32)) >> 32);
}

gint64
suture_rollout_turn (const SutureRollout *self, const char *machine, const char *sha256)
{
  guint64 seconds = (guint64) self->hours * 60 * 60;
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;

  if (machine == NULL)
    return self->start + (gint64) seconds;
  text = g_strconcat (machine, "/", sha256, NULL);
  digest = suture_digest_data (text, strlen (text));
  digest[16] = '\0'; /* the first 64 bits */
  return self->start + scale (seconds, g_ascii_strtoull (digest, NULL, 16));
}
