/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "feed/trust.h"
#include "hostile.h"
#include "oracle.h"

typedef struct
{
  const char *folder;
  ModelHonest honest;
  ModelOracle oracle;
  SutureTrust *trust; /* (owned) */
  GString *log;       /* (owned) */
  ModelCounts *counts;
  gboolean thief;     /* keys were stolen at some time */
  gboolean partial;   /* a role had several keys at some time: what one key signed stays valid when another goes */
  gint64 most[MODEL_N_ROLES]; /* the highest version that was ever used */
  gboolean wrong;
} Play;

static void
say (Play *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Play *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (self->log, format, arguments);
  va_end (arguments);
}

/* @fine must hold. */
static void
hold (Play *self, gboolean fine, const char *what)
{
  if (fine)
    return;
  self->wrong = TRUE;
  say (self, "\n    WRONG: %s", what);
}

/* A new process: everything is read from the folder again. */
static void
reopen (Play *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->trust, suture_trust_free);
  self->trust = suture_trust_open (self->folder, model_server_get (self->honest.server, "1.root.json")->bytes, &error);
  g_assert_no_error (error);
  for (int role = 0; role < MODEL_N_ROLES; role++)
    self->oracle.fresh[role] = NULL;
}

static void
compare_file (Play *self, const char *name, const ModelFile *wanted)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *text = NULL;
  gsize length = 0;
  gsize size = 0;
  gconstpointer data = wanted != NULL ? g_bytes_get_data (wanted->bytes, &size) : NULL;
  gboolean there = g_file_get_contents (path, &text, &length, NULL);
  g_autofree char *what = NULL;

  if (there == (wanted != NULL) && length == size && (!there || memcmp (text, data, size) == 0))
    return;
  what = wanted != NULL ? model_file_describe (wanted) : g_strdup ("nothing");
  hold (self, FALSE, "the folder does not hold what must be trusted:");
  say (self, " %s should be %s, and is %.400s", name, what, there ? text : "not there");
}

/* The folder holds what the model keeps, byte for byte, and nothing else. */
static void
compare_folder (Play *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  g_autofree char *newest = g_strdup_printf ("roots/%" G_GINT64_FORMAT, self->oracle.kept[MODEL_ROOT]->version);
  guint expected = 1; /* roots/ */
  guint found = 0;

  for (int role = 0; role < MODEL_N_ROLES; role++)
    {
      g_autofree char *name = g_strconcat (model_role_name (role), ".json", NULL);

      compare_file (self, name, self->oracle.kept[role]);
      expected += self->oracle.kept[role] != NULL;
    }
  compare_file (self, newest, self->oracle.kept[MODEL_ROOT]);
  while (g_dir_read_name (dir) != NULL)
    found++;
  hold (self, found == expected, "there is a file too many");
}

/* What may be used has the model's version, and nothing else may be used. */
static void
compare_fresh (Play *self)
{
  for (int role = MODEL_TIMESTAMP; role < MODEL_N_ROLES; role++)
    {
      const SutureMetadata *metadata = suture_trust_get (self->trust, model_role_name (role));
      const ModelFile *file = self->oracle.fresh[role];

      hold (self, (metadata != NULL) == (file != NULL) && (file == NULL || metadata->version == file->version),
            model_role_name (role));
    }
}

/* What holds whatever the model says, so that an error common to both shows as well. */
static void
check_promises (Play *self)
{
  const ModelFile *const *fresh = self->oracle.fresh;

  for (int role = MODEL_TARGETS; role < MODEL_N_ROLES; role++)
    if (fresh[role] != NULL)
      {
        hold (self, fresh[role]->honest, "without offline keys a thief has brought something in");
        hold (self, fresh[role]->expires > self->oracle.now, "something expired is used");
        hold (self, self->thief || self->partial || fresh[role]->version >= self->most[role], "a version went back");
        self->most[role] = MAX (self->most[role], fresh[role]->version);
      }
  hold (self, self->oracle.kept[MODEL_ROOT]->honest, "a root that is not the publisher's");
}

/* Whether a thief's file is still one of the folder's floors. */
static gboolean
is_tainted (Play *self)
{
  for (int role = MODEL_TIMESTAMP; role <= MODEL_SNAPSHOT; role++)
    {
      const ModelFile *file = self->oracle.kept[role];

      if (file != NULL && !file->honest && model_file_is_signed (file, role, &self->honest.who[role]))
        return TRUE;
    }
  return FALSE;
}

static void
list (Play *self, ModelServer *server, ModelRole role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) targets = suture_trust_list (self->trust, &server->source, model_role_name (role), &error);
  gboolean expected = model_oracle_list (&self->oracle, server, role);

  say (self, "\n    %s: %s", model_role_name (role), error != NULL ? error->message : "fine");
  hold (self, (targets != NULL) == expected, expected ? "it must be accepted" : "it must be refused");
  self->counts->listed += targets != NULL;
}

/* One check by the client, and what the model says about it. */
static void
check (Play *self, ModelServer *server, gint64 clock, ModelDice *dice)
{
  g_autoptr (GError) error = NULL;
  gboolean fine;
  gboolean expected;

  say (self, "\n    at %" G_GINT64_FORMAT ", the clock is %+" G_GINT64_FORMAT " off, %s", self->honest.now,
       clock - self->honest.now, server != NULL ? "" : "offline");
  if (server != NULL)
    {
      fine = suture_trust_refresh (self->trust, &server->source, clock, &error);
      expected = model_oracle_refresh (&self->oracle, server, clock);
    }
  else
    {
      fine = suture_trust_resume (self->trust, clock, &error);
      expected = model_oracle_resume (&self->oracle, clock);
    }
  say (self, "\n    check: %s: %s", fine ? "accepted" : suture_error_to_name (error->code), fine ? "" : error->message);
  hold (self, fine == expected, expected ? "it must be accepted" : "it must be refused");
  self->counts->accepted += fine;
  self->counts->refused += !fine;
  if (server != NULL && model_dice_percent (dice, 80))
    list (self, server, MODEL_ALPHA);
  if (server != NULL && model_dice_percent (dice, 40))
    list (self, server, MODEL_BETA);
  compare_folder (self);
  compare_fresh (self);
  check_promises (self);
}

/* An honest check with a right clock: it must succeed whatever was before, unless a thief's keys still count, or there are
 * more new roots than are followed at once. */
static void
check_honestly (Play *self, ModelDice *dice)
{
  gint64 behind;

  model_honest_renew (&self->honest, dice);
  behind = self->honest.current[MODEL_ROOT]->version - self->oracle.kept[MODEL_ROOT]->version;
  check (self, self->honest.server, self->honest.now, dice);
  hold (self, is_tainted (self) || behind > 256 || self->oracle.fresh[MODEL_TARGETS] != NULL, "an honest check is blocked");
}

static gint64
read_clock (Play *self, ModelDice *dice)
{
  const gint64 errors[] = { -MODEL_HOUR, -MODEL_DAY, -MODEL_START, 10 * 365 * MODEL_DAY, MODEL_DAY };

  if (model_dice_percent (dice, 75))
    return self->honest.now;
  return self->honest.now + errors[model_dice_below (dice, G_N_ELEMENTS (errors))];
}

static void
let_time_pass (Play *self, ModelDice *dice)
{
  const gint64 whiles[] = { 60, MODEL_HOUR, MODEL_HOUR, MODEL_DAY / 2, MODEL_DAY, 5 * MODEL_DAY, 40 * MODEL_DAY };

  self->honest.now += whiles[model_dice_below (dice, G_N_ELEMENTS (whiles))];
}

static void
step (Play *self, ModelDice *dice)
{
  guint acts = model_dice_below (dice, 3);

  self->counts->steps++;
  let_time_pass (self, dice);
  for (guint i = 0; i < acts; i++)
    model_honest_act (&self->honest, dice, self->log);
  if (model_dice_below (dice, 20000) == 0)
    model_honest_rotate_often (&self->honest, dice, self->log);
  for (int role = 0; role < MODEL_N_ROLES; role++)
    self->partial |= __builtin_popcount (self->honest.who[role].keys) > 1;
  self->thief |= self->honest.stolen != 0;
  if (model_dice_percent (dice, 30))
    reopen (self);
  switch (model_dice_below (dice, 10))
    {
    case 0:
      check (self, NULL, read_clock (self, dice), dice);
      break;
    case 1:
    case 2:
    case 3:
      check_honestly (self, dice);
      break;
    default:
      {
        g_autoptr (ModelServer) server = model_hostile_server (&self->honest, dice, self->log);

        check (self, server, read_clock (self, dice), dice);
      }
      break;
    }
}

static void
remove_folder (const char *folder)
{
  const char *const below[] = { "roots", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (below); i++)
    {
      g_autofree char *path = g_build_filename (folder, below[i], NULL);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *file = g_build_filename (path, name, NULL);

          (void) g_remove (file);
        }
    }
  g_assert_true (g_rmdir (folder) == 0 || errno == ENOENT);
}

char *
model_history_play (const ModelHistory *self, const char *folder, ModelCounts *counts)
{
  Play play = { .folder = folder, .log = g_string_new (NULL), .counts = counts };
  ModelDice dice = { self->seed };

  model_honest_init (&play.honest, &dice);
  model_oracle_init (&play.oracle, play.honest.current[MODEL_ROOT]);
  reopen (&play);
  for (guint i = 0; i < MODEL_STEPS && !play.wrong; i++)
    {
      ModelDice chance = { self->seeds[i] };

      if (self->skipped & 1u << i)
        continue;
      say (&play, "\n  step %u", i);
      step (&play, &chance);
    }
  suture_trust_free (play.trust);
  model_honest_clear (&play.honest);
  remove_folder (folder);
  return g_string_free (play.log, !play.wrong);
}
