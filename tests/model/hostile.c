/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#define STRANGER (MODEL_SIGNERS - 2) /* a key of a thief's own */

typedef struct
{
  ModelHonest *honest;
  ModelServer *server;
  ModelDice *dice;
  GString *log;
} Mirror;

static const ModelFile *
any_made (Mirror *self)
{
  return g_ptr_array_index (self->honest->made, model_dice_below (self->dice, self->honest->made->len));
}

/* The name under which a client will ask for @role, if all goes its way; half of the time that of the next root. */
static char *
name_of (Mirror *self, ModelRole role)
{
  const ModelFile *current = self->honest->current[role];
  gint64 version = current->version;

  if (role == MODEL_ROOT && model_dice_percent (self->dice, 50))
    version++;
  return model_server_name (role, version, self->honest->current[MODEL_ROOT]->consistent);
}

static ModelRole
any_role (Mirror *self)
{
  return model_dice_below (self->dice, MODEL_N_ROLES);
}

static void
put (Mirror *self, ModelRole role, const ModelFile *file, const char *what)
{
  g_autofree char *name = name_of (self, role);
  g_autofree char *text = file != NULL ? model_file_describe (file) : g_strdup ("nothing");

  model_server_put (self->server, name, file);
  g_string_append_printf (self->log, "; %s: %s is %s", what, name, text);
}

static void
put_new (Mirror *self, const ModelFile *facts, const char *what)
{
  put (self, facts->role, model_honest_keep (self->honest, model_file_new (facts)), what);
}

/* An older file of the same role. */
static void
replay (Mirror *self)
{
  ModelRole role = any_role (self);

  for (int attempt = 0; attempt < 20; attempt++)
    {
      const ModelFile *file = any_made (self);

      if (file->role == role)
        {
          put (self, role, file, "replay");
          return;
        }
    }
}

/* Any file in the place of any other. */
static void
mix (Mirror *self)
{
  put (self, any_role (self), any_made (self), "mix");
}

static void
leave_out (Mirror *self)
{
  put (self, any_role (self), NULL, "missing");
}

static void
spoil (Mirror *self)
{
  ModelRole role = any_role (self);
  ModelDamage damage = model_dice_below (self->dice, MODEL_EXTENDED + 1);
  ModelFile *file = model_file_damage (self->honest->current[role], damage, model_dice_next (self->dice));

  put (self, role, model_honest_keep (self->honest, file), "spoiled");
}

/* Signed by a stranger, under the stranger's own id or under the right ones. */
static void
forge (Mirror *self)
{
  ModelRole role = any_role (self);
  ModelFile facts = *self->honest->current[role];

  facts.honest = FALSE;
  facts.version += model_dice_below (self->dice, 3);
  facts.expires = self->honest->now + 100 * MODEL_DAY;
  facts.forged = model_dice_percent (self->dice, 50) ? facts.signers : 0;
  facts.signers = 1u << STRANGER;
  if (role == MODEL_ROOT && model_dice_percent (self->dice, 50))
    facts.who[MODEL_ROOT] = (ModelWho){ 1u << STRANGER, 1 };
  put_new (self, &facts, "forged");
}

/* Everything as it was at some time before. */
static void
freeze (Mirror *self)
{
  const GPtrArray *before = self->honest->before;
  const ModelServer *then;
  GHashTableIter iter;
  gpointer name, file;

  if (before->len == 0)
    return;
  then = g_ptr_array_index (before, model_dice_below (self->dice, before->len));
  g_hash_table_remove_all (self->server->files);
  g_hash_table_iter_init (&iter, then->files);
  while (g_hash_table_iter_next (&iter, &name, &file))
    model_server_put (self->server, name, file);
  g_string_append (self->log, "; frozen");
}

static void
endless_roots (Mirror *self)
{
  self->server->every_root = self->honest->current[MODEL_ROOT];
  g_string_append (self->log, "; the newest root under every name");
}

/* What a thief writes into a snapshot: any versions that were ever there, or far ahead, or nothing. */
static void
list_at_will (Mirror *self, ModelFile *snapshot)
{
  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    {
      const ModelFile *file = any_made (self);
      ModelListed *listed = &snapshot->listed[role];

      if (model_dice_percent (self->dice, 15))
        *listed = (ModelListed){ G_MAXINT32, NULL };
      else if (role != MODEL_TARGETS && model_dice_percent (self->dice, 5))
        *listed = (ModelListed){ 0, NULL };
      else if (file->role == (ModelRole) role && model_dice_percent (self->dice, 70))
        *listed = (ModelListed){ file->version, self->honest->with_digests ? file : NULL };
    }
}

/* With stolen keys: a snapshot and a timestamp of the thief's own, as far as the keys go. */
static void
steal (Mirror *self)
{
  ModelHonest *honest = self->honest;
  ModelFile snapshot = *honest->current[MODEL_SNAPSHOT];
  ModelFile timestamp = *honest->current[MODEL_TIMESTAMP];
  const ModelFile *made = NULL;
  gint64 ahead = model_dice_percent (self->dice, 25) ? G_MAXINT32 - timestamp.version : model_dice_below (self->dice, 4);

  snapshot.honest = timestamp.honest = FALSE;
  snapshot.readable = timestamp.readable = !model_dice_percent (self->dice, 5);
  snapshot.signers = honest->stolen;
  timestamp.signers = honest->stolen;
  timestamp.expires = snapshot.expires = honest->now + 10000 * MODEL_DAY;
  snapshot.version += model_dice_percent (self->dice, 50) ? model_dice_below (self->dice, 3) : ahead;
  timestamp.version += ahead;
  timestamp.issued = model_dice_percent (self->dice, 20) ? honest->now + 5000 * MODEL_DAY : 0;
  list_at_will (self, &snapshot);
  if (model_dice_percent (self->dice, 80))
    {
      g_autofree char *name = model_server_name (MODEL_SNAPSHOT, snapshot.version, honest->current[MODEL_ROOT]->consistent);

      made = model_honest_keep (honest, model_file_new (&snapshot));
      model_server_put (self->server, name, made);
    }
  else
    made = any_made (self);
  timestamp.listed[MODEL_SNAPSHOT] = (ModelListed){ made->version, made };
  if (!honest->with_digests)
    timestamp.listed[MODEL_SNAPSHOT].file = NULL;
  put_new (self, &timestamp, "stolen");
  g_string_append_printf (self->log, " over snapshot v%" G_GINT64_FORMAT, made->version);
}

ModelServer *
model_hostile_server (ModelHonest *honest, ModelDice *dice, GString *log)
{
  void (*const ways[]) (Mirror * self) = { replay, replay, mix, leave_out, spoil, spoil, forge, freeze, endless_roots };
  Mirror mirror = { honest, model_server_copy (honest->server), dice, log };
  guint count = 1 + model_dice_below (dice, 3);

  /* first the set, then single files of it */
  if (model_dice_percent (dice, 15))
    freeze (&mirror);
  if (honest->stolen != 0 && model_dice_percent (dice, 60))
    steal (&mirror);
  else
    for (guint i = 0; i < count; i++)
      ways[model_dice_below (dice, G_N_ELEMENTS (ways))](&mirror);
  return mirror.server;
}
