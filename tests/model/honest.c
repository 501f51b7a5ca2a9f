/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "honest.h"

#define BEFORE_MAX 12        /* earlier states of mirrors that are kept */
#define ONES (MODEL_SIGNERS - 2) /* keys that a publisher may use; the others are strangers' */

const ModelFile *
model_honest_keep (ModelHonest *self, ModelFile *file)
{
  g_ptr_array_add (self->made, file);
  return file;
}

static void
serve (ModelHonest *self, ModelFile *file)
{
  g_autofree char *name = model_server_name (file->role, file->version, self->current[MODEL_ROOT] == NULL
                                                                            || self->current[MODEL_ROOT]->consistent);

  self->current[file->role] = model_honest_keep (self, file);
  model_server_put (self->server, name, file);
}

static ModelFile
facts_of (const ModelHonest *self, ModelRole role, ModelDice *dice)
{
  const ModelFile *before = self->current[role];
  gint64 length = model_dice_percent (dice, 40) ? MODEL_DAY : 30 * MODEL_DAY;

  return (ModelFile){ .role = role, .honest = TRUE, .readable = TRUE, .signers = self->who[role].keys,
                      .version = before != NULL ? before->version + 1 : 1, .expires = self->now + length };
}

static void
publish_root (ModelHonest *self, ModelDice *dice)
{
  const ModelFile *before = self->current[MODEL_ROOT];
  ModelFile facts = facts_of (self, MODEL_ROOT, dice);

  facts.consistent = before != NULL ? before->consistent : model_dice_percent (dice, 85);
  for (int role = MODEL_ROOT; role <= MODEL_TARGETS; role++)
    facts.who[role] = self->who[role];
  if (before != NULL)
    facts.signers |= before->who[MODEL_ROOT].keys;
  serve (self, model_file_new (&facts));
}

static void
publish_role (ModelHonest *self, ModelRole role, ModelDice *dice)
{
  ModelFile facts = facts_of (self, role, dice);

  for (int other = MODEL_ALPHA; role == MODEL_TARGETS && other < MODEL_N_ROLES; other++)
    facts.who[other] = self->who[other];
  serve (self, model_file_new (&facts));
}

static ModelListed
list (const ModelHonest *self, ModelRole role)
{
  const ModelFile *file = self->current[role];

  return (ModelListed){ file->version, self->with_digests ? file : NULL };
}

static void
publish_timestamp (ModelHonest *self, ModelDice *dice)
{
  ModelFile facts = facts_of (self, MODEL_TIMESTAMP, dice);

  facts.listed[MODEL_SNAPSHOT] = list (self, MODEL_SNAPSHOT);
  facts.issued = model_dice_percent (dice, 80) ? self->now : 0;
  serve (self, model_file_new (&facts));
}

static void
publish_online (ModelHonest *self, ModelDice *dice)
{
  ModelFile facts = facts_of (self, MODEL_SNAPSHOT, dice);

  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    facts.listed[role] = list (self, role);
  serve (self, model_file_new (&facts));
  publish_timestamp (self, dice);
}

static void
remember_server (ModelHonest *self)
{
  if (self->before->len == BEFORE_MAX)
    g_ptr_array_remove_index (self->before, 0);
  g_ptr_array_add (self->before, model_server_copy (self->server));
}

void
model_honest_init (ModelHonest *self, ModelDice *dice)
{
  *self = (ModelHonest){ .now = MODEL_START, .server = model_server_new () };
  self->made = g_ptr_array_new_with_free_func ((GDestroyNotify) model_file_free);
  self->before = g_ptr_array_new_with_free_func ((GDestroyNotify) model_server_free);
  self->with_digests = model_dice_percent (dice, 60);
  for (int role = 0; role < MODEL_N_ROLES; role++)
    self->who[role] = (ModelWho){ 1u << self->used++, 1 };
  publish_root (self, dice);
  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    publish_role (self, role, dice);
  publish_online (self, dice);
}

void
model_honest_clear (ModelHonest *self)
{
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->made);
  model_server_free (self->server);
}

/* After a change of who signs what: all whose signers changed, and what lists them. */
static void
publish_changes (ModelHonest *self, gboolean in_root, ModelDice *dice)
{
  if (in_root)
    publish_root (self, dice);
  for (int role = MODEL_ALPHA; role < MODEL_N_ROLES; role++)
    if (self->who[role].keys != 0 && self->current[role]->signers != self->who[role].keys)
      publish_role (self, role, dice);
  publish_role (self, MODEL_TARGETS, dice);
  publish_online (self, dice);
}

static void
publish_some (ModelHonest *self, ModelDice *dice, GString *log)
{
  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    if (model_dice_percent (dice, 50))
      publish_role (self, role, dice);
  publish_online (self, dice);
  g_string_append (log, "; published");
}

static void
only_timestamp (ModelHonest *self, ModelDice *dice, GString *log)
{
  publish_timestamp (self, dice);
  g_string_append (log, "; timestamp alone");
}

/* A new key in the place of all that @role had, or of one of them. */
static void
rotate (ModelHonest *self, ModelDice *dice, GString *log)
{
  ModelRole role = model_dice_below (dice, MODEL_N_ROLES);

  if (self->used == ONES || self->who[role].keys == 0)
    return;
  self->who[role] = (ModelWho){ 1u << self->used++, 1 };
  publish_changes (self, role < MODEL_ALPHA, dice);
  g_string_append_printf (log, "; new key for %s", model_role_name (role));
}

/* One more key of @role; half of the time both are needed from now on. */
static void
add_key (ModelHonest *self, ModelDice *dice, GString *log)
{
  ModelRole role = model_dice_below (dice, MODEL_N_ROLES);

  if (self->used == ONES || self->who[role].keys == 0)
    return;
  self->who[role].keys |= 1u << self->used++;
  self->who[role].threshold = model_dice_percent (dice, 50) ? (guint) __builtin_popcount (self->who[role].keys) : 1;
  publish_changes (self, role < MODEL_ALPHA, dice);
  g_string_append_printf (log, "; one more key for %s, %u needed", model_role_name (role), self->who[role].threshold);
}

/* Takes the delegation to beta away, or brings it back. */
static void
change_delegation (ModelHonest *self, ModelDice *dice, GString *log)
{
  if (self->used == ONES)
    return;
  self->who[MODEL_BETA] = self->who[MODEL_BETA].keys != 0 ? (ModelWho){ 0, 0 } : (ModelWho){ 1u << self->used++, 1 };
  publish_changes (self, FALSE, dice);
  g_string_append_printf (log, "; beta is %s", self->who[MODEL_BETA].keys != 0 ? "delegated to" : "not delegated to");
}

static void
lose_keys (ModelHonest *self, ModelDice *dice, GString *log)
{
  guint which = 1 + model_dice_below (dice, 3);

  if (which & 1)
    self->stolen |= self->who[MODEL_TIMESTAMP].keys;
  if (which & 2)
    self->stolen |= self->who[MODEL_SNAPSHOT].keys;
  g_string_append_printf (log, "; a thief has %x", self->stolen);
}

/* New keys for both online roles. */
static void
recover (ModelHonest *self, ModelDice *dice, GString *log)
{
  if (self->used + 2 > ONES)
    return;
  self->who[MODEL_TIMESTAMP] = (ModelWho){ 1u << self->used++, 1 };
  self->who[MODEL_SNAPSHOT] = (ModelWho){ 1u << self->used++, 1 };
  publish_changes (self, TRUE, dice);
  g_string_append (log, "; new online keys");
}

void
model_honest_act (ModelHonest *self, ModelDice *dice, GString *log)
{
  static const struct
  {
    void (*act) (ModelHonest *self, ModelDice *dice, GString *log);
    guint weight;
  } acts[] = { { publish_some, 8 }, { only_timestamp, 3 }, { rotate, 3 },   { add_key, 2 },
               { change_delegation, 1 }, { lose_keys, 1 },  { recover, 2 } };
  guint sum = 0;
  guint chosen;

  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    sum += acts[i].weight;
  chosen = model_dice_below (dice, sum);
  remember_server (self);
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      if (chosen < acts[i].weight)
        {
          acts[i].act (self, dice, log);
          return;
        }
      chosen -= acts[i].weight;
    }
}

static gboolean
ends_soon (const ModelHonest *self, ModelRole role)
{
  return self->current[role]->expires <= self->now + MODEL_HOUR;
}

void
model_honest_renew (ModelHonest *self, ModelDice *dice)
{
  gboolean offline = FALSE;

  if (ends_soon (self, MODEL_ROOT))
    publish_root (self, dice);
  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    if (ends_soon (self, role))
      {
        publish_role (self, role, dice);
        offline = TRUE;
      }
  if (offline || ends_soon (self, MODEL_SNAPSHOT))
    publish_online (self, dice);
  else if (ends_soon (self, MODEL_TIMESTAMP))
    publish_timestamp (self, dice);
}

void
model_honest_rotate_often (ModelHonest *self, ModelDice *dice, GString *log)
{
  guint count = 250 + model_dice_below (dice, 50);

  for (guint i = 0; i < count; i++)
    publish_root (self, dice);
  g_string_append_printf (log, "; %u new roots", count);
}
