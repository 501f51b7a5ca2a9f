/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <string.h>

#define THIEF (MODEL_SIGNERS - 1) /* the key of somebody whom nobody lists */

static const char *const names[MODEL_N_ROLES] = { "root", "timestamp", "snapshot", "targets", "alpha", "beta" };

const char *
model_role_name (ModelRole role)
{
  return names[role];
}

static const char *
type_of (ModelRole role)
{
  return names[MIN (role, MODEL_TARGETS)];
}

static void
append_time (GString *out, const char *name, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  g_string_append_printf (out, "\"%s\":\"%04d-%02d-%02dT%02d:%02d:%02dZ\",", name, g_date_time_get_year (time),
                          g_date_time_get_month (time), g_date_time_get_day_of_month (time), g_date_time_get_hour (time),
                          g_date_time_get_minute (time), g_date_time_get_second (time));
}

/* "keys":{…} of all in @keys, in the order of their ids. */
static void
append_keys (GString *out, ModelKeys keys)
{
  const char *comma = "";

  g_string_append (out, "\"keys\":{");
  for (guint i = 0; i < MODEL_SIGNERS; i++)
    if (keys & 1u << i)
      {
        g_autofree char *public = model_signer_public (i);

        g_string_append_printf (out, "%s\"%s\":%s", comma, model_signer_id (i), public);
        comma = ",";
      }
  g_string_append (out, "},");
}

static void
append_key_ids (GString *out, ModelKeys keys)
{
  const char *comma = "";

  g_string_append (out, "\"keyids\":[");
  for (guint i = 0; i < MODEL_SIGNERS; i++)
    if (keys & 1u << i)
      {
        g_string_append_printf (out, "%s\"%s\"", comma, model_signer_id (i));
        comma = ",";
      }
  g_string_append_c (out, ']');
}

static ModelKeys
all_keys (const ModelFile *self)
{
  ModelKeys keys = 0;

  for (int role = 0; role < MODEL_N_ROLES; role++)
    keys |= self->who[role].keys;
  return keys;
}

static void
append_root_roles (GString *out, const ModelFile *self)
{
  const ModelRole order[] = { MODEL_ROOT, MODEL_SNAPSHOT, MODEL_TARGETS, MODEL_TIMESTAMP };

  append_keys (out, all_keys (self));
  g_string_append (out, "\"roles\":{");
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_string_append_printf (out, "%s\"%s\":{", i > 0 ? "," : "", names[order[i]]);
      append_key_ids (out, self->who[order[i]].keys);
      g_string_append_printf (out, ",\"threshold\":%u}", self->who[order[i]].threshold);
    }
  g_string_append (out, "},");
}

static void
append_delegations (GString *out, const ModelFile *self)
{
  const char *comma = "";

  g_string_append (out, "\"delegations\":{");
  append_keys (out, all_keys (self));
  g_string_append (out, "\"roles\":[");
  for (int role = MODEL_ALPHA; role < MODEL_N_ROLES; role++)
    if (self->who[role].keys != 0)
      {
        g_string_append_printf (out, "%s{", comma);
        append_key_ids (out, self->who[role].keys);
        g_string_append_printf (out, ",\"name\":\"%s\",\"paths\":[\"%s/*\"],\"terminating\":false,\"threshold\":%u}",
                                names[role], names[role], self->who[role].threshold);
        comma = ",";
      }
  g_string_append (out, "]},");
}

static void
append_meta (GString *out, const ModelFile *self)
{
  const ModelRole order[] = { MODEL_ALPHA, MODEL_BETA, MODEL_SNAPSHOT, MODEL_TARGETS };
  const char *comma = "";

  g_string_append (out, "\"meta\":{");
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      const ModelListed *listed = &self->listed[order[i]];

      if (listed->version == 0)
        continue;
      g_string_append_printf (out, "%s\"%s.json\":{", comma, names[order[i]]);
      if (listed->file != NULL)
        {
          g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, listed->file->bytes);

          g_string_append_printf (out, "\"hashes\":{\"sha256\":\"%s\"},\"length\":%zu,", digest,
                                  g_bytes_get_size (listed->file->bytes));
        }
      g_string_append_printf (out, "\"version\":%" G_GINT64_FORMAT "}", listed->version);
      comma = ",";
    }
  g_string_append (out, "},");
}

/* Canonical as it is written: members in order, no blanks. */
static GString *
write_body (const ModelFile *self)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "{\"_type\":\"%s\",", type_of (self->role));
  if (self->role == MODEL_ROOT)
    g_string_append_printf (out, "\"consistent_snapshot\":%s,", self->consistent ? "true" : "false");
  if (self->role == MODEL_TARGETS)
    append_delegations (out, self);
  append_time (out, "expires", self->expires);
  if (self->issued != 0)
    append_time (out, "issued", self->issued);
  if (self->role == MODEL_ROOT)
    append_root_roles (out, self);
  if (self->role == MODEL_TIMESTAMP || self->role == MODEL_SNAPSHOT)
    append_meta (out, self);
  g_string_append_printf (out, "\"spec_version\":\"%s\",", self->readable ? "1.0.31" : "2.0.0");
  if (self->role >= MODEL_TARGETS)
    g_string_append (out, "\"targets\":{},");
  g_string_append_printf (out, "\"version\":%" G_GINT64_FORMAT "}", self->version);
  return out;
}

ModelFile *
model_file_new (const ModelFile *facts)
{
  ModelFile *self = g_memdup2 (facts, sizeof *facts);
  g_autoptr (GString) body = write_body (facts);
  GString *text = g_string_new ("{\"signatures\":[");
  const char *comma = "";

  for (guint i = 0; i < MODEL_SIGNERS; i++)
    if ((facts->signers | facts->forged) & 1u << i)
      {
        guint key = facts->signers & 1u << i ? i : THIEF;

        g_string_append_printf (text, "%s{\"keyid\":\"%s\",\"sig\":\"%s\"}", comma, model_signer_id (i),
                                model_signer_sign (key, body));
        comma = ",";
      }
  g_string_append_printf (text, "],\"signed\":%s}", body->str);
  self->bytes = g_string_free_to_bytes (text);
  return self;
}

void
model_file_free (ModelFile *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

ModelFile *
model_file_damage (const ModelFile *file, ModelDamage damage, guint64 where)
{
  ModelFile *self = g_memdup2 (file, sizeof *file);
  gsize length;
  const char *text = g_bytes_get_data (file->bytes, &length);
  const char *from = strstr (text, "\"signed\":") + strlen ("\"signed\":");
  g_autofree char *copy = g_strndup (text, length);
  GString *longer;

  switch (damage)
    {
    case MODEL_FLIPPED:
      copy[(gsize) (from - text) + where % (length - (gsize) (from - text))] ^= 1;
      self->bytes = g_bytes_new_take (g_steal_pointer (&copy), length);
      break;
    case MODEL_CUT:
      self->bytes = g_bytes_new_take (g_steal_pointer (&copy), (gsize) (where % length));
      break;
    case MODEL_PADDED:
    case MODEL_EXTENDED:
    default:
      longer = g_string_new (copy);
      self->bytes = g_string_free_to_bytes (g_string_append_c (longer, damage == MODEL_PADDED ? ' ' : '{'));
      break;
    }
  if (damage != MODEL_PADDED)
    {
      self->readable = FALSE;
      self->honest = FALSE;
    }
  return self;
}

gboolean
model_file_is_signed (const ModelFile *self, ModelRole role, const ModelWho *who)
{
  return self->readable && type_of (self->role) == type_of (role) && who->threshold > 0
         && (guint) __builtin_popcount (self->signers & who->keys) >= who->threshold;
}

char *
model_file_describe (const ModelFile *self)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s%s %s v%" G_GINT64_FORMAT " until %" G_GINT64_FORMAT, self->honest ? "" : "hostile ",
                          self->readable ? "" : "unreadable", names[self->role], self->version, self->expires);
  if (self->issued != 0)
    g_string_append_printf (out, " issued %" G_GINT64_FORMAT, self->issued);
  g_string_append_printf (out, " by %x", self->signers);
  for (int role = 0; role < MODEL_N_ROLES; role++)
    {
      if (self->listed[role].version != 0)
        g_string_append_printf (out, " %s=%" G_GINT64_FORMAT "%s", names[role], self->listed[role].version,
                                self->listed[role].file != NULL ? "#" : "");
      if (self->who[role].keys != 0)
        g_string_append_printf (out, " %s:%u/%x", names[role], self->who[role].threshold, self->who[role].keys);
    }
  return g_string_free (out, FALSE);
}
