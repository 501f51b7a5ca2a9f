/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/known.h"

#include "base/clock.h"
#include "base/digest.h"

gint64
suture_known_waits_until (const SutureKnown *self)
{
  return self->turn > MAX (suture_clock_now (), self->checked) ? self->turn : 0;
}

SutureKnown *
suture_known_new (const char *feed, const char *target, GBytes *bytes, GError **error)
{
  g_autoptr (SutureManifest) manifest = suture_manifest_parse (bytes, error);
  SutureKnown *self;

  if (manifest == NULL)
    return NULL;
  self = g_new0 (SutureKnown, 1);
  g_atomic_ref_count_init (&self->count);
  self->feed = g_strdup (feed);
  self->target = g_strdup (target);
  self->sha256 = suture_digest_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  self->bytes = g_bytes_ref (bytes);
  self->approved = g_strdup ("");
  self->archive = g_new0 (char *, 1);
  self->manifest = g_steal_pointer (&manifest);
  return self;
}

SutureKnown *
suture_known_ref (SutureKnown *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_known_unref (SutureKnown *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  g_free (self->feed);
  g_free (self->target);
  g_free (self->sha256);
  g_bytes_unref (self->bytes);
  suture_manifest_unref (self->manifest);
  g_free (self->approved);
  g_strfreev (self->archive);
  g_free (self);
}
