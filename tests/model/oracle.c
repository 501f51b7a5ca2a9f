/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#define NEW_ROOTS_MAX 256

void
model_oracle_init (ModelOracle *self, const ModelFile *root)
{
  *self = (ModelOracle){ .kept[MODEL_ROOT] = root };
}

static const ModelWho *
who_signs (const ModelOracle *self, ModelRole role)
{
  return role >= MODEL_ALPHA ? &self->fresh[MODEL_TARGETS]->who[role] : &self->kept[MODEL_ROOT]->who[role];
}

static const ModelFile *
fetch (const ModelOracle *self, const ModelServer *server, ModelRole role, gint64 version)
{
  g_autofree char *name = model_server_name (role, version, self->kept[MODEL_ROOT]->consistent);

  return model_server_get (server, name);
}

/* What is in the folder, as long as those sign it who do so now. */
static const ModelFile *
kept (const ModelOracle *self, ModelRole role)
{
  const ModelFile *file = self->kept[role];

  return file != NULL && model_file_is_signed (file, role, who_signs (self, role)) ? file : NULL;
}

/* 5.3.11: a key was taken away from a role that stands for others' versions. */
static gboolean
loses_a_key (const ModelFile *before, const ModelFile *after, ModelRole role)
{
  return (before->who[role].keys & ~after->who[role].keys) != 0;
}

static gboolean
update_root (ModelOracle *self, const ModelServer *server)
{
  for (int count = 0;; count++)
    {
      const ModelFile *before = self->kept[MODEL_ROOT];
      const ModelFile *next = fetch (self, server, MODEL_ROOT, before->version + 1);

      if (next == NULL)
        return TRUE;
      if (count == NEW_ROOTS_MAX || !model_file_is_signed (next, MODEL_ROOT, &before->who[MODEL_ROOT])
          || !model_file_is_signed (next, MODEL_ROOT, &next->who[MODEL_ROOT]) || next->version != before->version + 1)
        return FALSE;
      self->kept[MODEL_ROOT] = next;
      if (loses_a_key (before, next, MODEL_TIMESTAMP) || loses_a_key (before, next, MODEL_SNAPSHOT))
        self->kept[MODEL_TIMESTAMP] = self->kept[MODEL_SNAPSHOT] = NULL;
    }
}

static gboolean
update_timestamp (ModelOracle *self, const ModelServer *server)
{
  const ModelFile *old = kept (self, MODEL_TIMESTAMP);
  const ModelFile *new = fetch (self, server, MODEL_TIMESTAMP, 0);

  if (new == NULL || !model_file_is_signed (new, MODEL_TIMESTAMP, who_signs (self, MODEL_TIMESTAMP)))
    return FALSE;
  if (old != NULL && new->version < old->version)
    return FALSE;
  if (old != NULL && new->version == old->version)
    new = old;
  if (old != NULL && new->listed[MODEL_SNAPSHOT].version < old->listed[MODEL_SNAPSHOT].version)
    return FALSE;
  if (new->expires <= self->now)
    return FALSE;
  self->kept[MODEL_TIMESTAMP] = self->fresh[MODEL_TIMESTAMP] = new;
  self->now = MAX (self->now, new->issued);
  return TRUE;
}

/* 5.5.5: nothing that the old snapshot lists may be missing from the new one, or older. */
static gboolean
goes_back (const ModelFile *old, const ModelFile *new)
{
  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    if (new->listed[role].version < old->listed[role].version)
      return TRUE;
  return new->version < old->version;
}

/* A role that another one lists. */
static gboolean
update_listed (ModelOracle *self, const ModelServer *server, ModelRole role, const ModelListed *listed)
{
  const ModelFile *old = kept (self, role);
  const ModelFile *new = old;

  if (listed->version == 0)
    return FALSE;
  if (old == NULL || old->version != listed->version || (listed->file != NULL && !g_bytes_equal (listed->file->bytes, old->bytes)))
    {
      new = fetch (self, server, role, listed->version);
      if (new == NULL || (listed->file != NULL && !g_bytes_equal (listed->file->bytes, new->bytes))
          || !model_file_is_signed (new, role, who_signs (self, role)) || new->version != listed->version)
        return FALSE;
      if (role == MODEL_SNAPSHOT && old != NULL && goes_back (old, new))
        return FALSE;
    }
  if (new->expires <= self->now)
    return FALSE;
  self->kept[role] = self->fresh[role] = new;
  return TRUE;
}

static gboolean
refresh (ModelOracle *self, const ModelServer *server)
{
  const ModelFile *old;

  if (!update_root (self, server))
    return FALSE;
  old = kept (self, MODEL_TIMESTAMP);
  if (old != NULL)
    self->now = MAX (self->now, old->issued);
  return self->kept[MODEL_ROOT]->expires > self->now && update_timestamp (self, server)
         && update_listed (self, server, MODEL_SNAPSHOT, &self->fresh[MODEL_TIMESTAMP]->listed[MODEL_SNAPSHOT])
         && update_listed (self, server, MODEL_TARGETS, &self->fresh[MODEL_SNAPSHOT]->listed[MODEL_TARGETS]);
}

static void
forget_fresh (ModelOracle *self)
{
  for (int role = 0; role < MODEL_N_ROLES; role++)
    self->fresh[role] = NULL;
}

gboolean
model_oracle_refresh (ModelOracle *self, const ModelServer *server, gint64 now)
{
  forget_fresh (self);
  self->now = now;
  if (refresh (self, server))
    return TRUE;
  forget_fresh (self);
  return FALSE;
}

gboolean
model_oracle_resume (ModelOracle *self, gint64 now)
{
  g_autoptr (ModelServer) folder = model_server_new ();

  model_server_put (folder, "timestamp.json", self->kept[MODEL_TIMESTAMP]);
  return model_oracle_refresh (self, folder, now);
}

gboolean
model_oracle_list (ModelOracle *self, const ModelServer *server, ModelRole role)
{
  if (self->fresh[MODEL_TARGETS] == NULL || who_signs (self, role)->keys == 0)
    return FALSE;
  return self->fresh[role] != NULL
         || update_listed (self, server, role, &self->fresh[MODEL_SNAPSHOT]->listed[role]);
}
