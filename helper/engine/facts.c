/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/facts.h"

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "feed/config.h"
#include "history/record.h"
#include "history/setting.h"
#include "rebuild/rebuild.h"
#include "verify/content.h"


static void
improvement_free (SutureImprovement *self)
{
  suture_known_unref (self->known);
  g_free (self->id);
  g_free (self->component);
  g_free (self->letter);
  g_free (self->title);
  g_free (self->description);
  g_free (self->feed);
  g_free (self->state);
  g_ptr_array_unref (self->owed);
  g_strfreev (self->restarted);
  g_free (self);
}

SutureFacts *
suture_facts_ref (SutureFacts *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
suture_facts_unref (SutureFacts *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->count))
    return;
  suture_release_free (self->release);
  g_strfreev (self->feeds);
  g_ptr_array_unref (self->improvements);
  g_ptr_array_unref (self->known);
  suture_activation_unref (self->activation);
  g_free (self->last_error);
  g_free (self->last_message);
  g_free (self->label);
  g_free (self);
}

const SutureImprovement *
suture_facts_find (const SutureFacts *self, const char *id)
{
  for (guint i = 0; i < self->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (self->improvements, i);

      if (g_str_equal (improvement->id, id))
        return improvement;
    }
  return NULL;
}

int
suture_facts_open_base (GError **error)
{
  int fd = suture_file_open_folder (suture_path (SUTURE_PATH_BASE), 0, NULL);

  return fd >= 0 ? fd : suture_file_open_folder (suture_path (SUTURE_PATH_USR), 0, error);
}

/* Whether root holds a later improvement of the component than @manifest. */
static gboolean
is_replaced (const SutureFacts *self, const SutureManifest *manifest)
{
  for (guint i = 0; self->activation != NULL && i < self->activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (self->activation->active, i);

      if (g_str_equal (active->component, manifest->component) && active->number >= manifest->number)
        return TRUE;
    }
  return FALSE;
}

/* What root said of one that it holds. */
static const char *
state_of_active (const SutureActive *active)
{
  if (active->merged)
    return "active";
  if (g_str_equal (active->content, suture_content_to_string (SUTURE_CONTENT_APPLIES)))
    return "inactive";
  return g_str_equal (active->content, suture_content_to_string (SUTURE_CONTENT_INCLUDED)) ? "included" : "overtaken";
}

/* NULL: not for this machine at all, so not shown. */
static const char *
state_of (const SutureFacts *self, const SutureManifest *manifest, const SutureActive *active, const SutureContent *content)
{
  if (active != NULL)
    return state_of_active (active);
  if (content->state == SUTURE_CONTENT_OTHER_BASE)
    return NULL;
  if (is_replaced (self, manifest))
    return "replaced";
  switch (content->state)
    {
    case SUTURE_CONTENT_APPLIES:
      return "available";
    case SUTURE_CONTENT_INCLUDED:
      return "included";
    case SUTURE_CONTENT_MIXED:
      return "mixed";
    case SUTURE_CONTENT_NOT_INSTALLED:
      return "not-installed";
    case SUTURE_CONTENT_SUPERSEDED:
    case SUTURE_CONTENT_OTHER_BASE:
    default:
      return "superseded";
    }
}

/* The setting holds "ID\nUNIT\nUNIT…" of the last switch. */
static char **
restarted_of (SutureDatabase *database, const char *id)
{
  g_autofree char *text = suture_setting_get_text (database, SUTURE_SETTING_RESTARTED, "");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GStrvBuilder) units = g_strv_builder_new ();

  for (guint i = 1; lines[0] != NULL && g_str_equal (lines[0], id) && lines[i] != NULL; i++)
    g_strv_builder_add (units, lines[i]);
  return g_strv_builder_end (units);
}

static SutureImprovement *
improvement_new (SutureFacts *self, SutureDatabase *database, const char *id, const char *state, GHashTable *installed)
{
  const SutureActive *active = self->activation != NULL ? suture_activation_find (self->activation, id) : NULL;
  const SutureRecord *record = active != NULL ? g_hash_table_lookup (installed, id) : NULL;
  SutureImprovement *improvement = g_new0 (SutureImprovement, 1);

  improvement->id = g_strdup (id);
  improvement->state = g_strdup (state);
  improvement->base = -1;
  improvement->installed_at = record != NULL ? record->time : 0;
  improvement->restarted = restarted_of (database, id);
  improvement->owed = g_ptr_array_new ();
  for (guint i = 0; self->activation != NULL && i < self->activation->units->len; i++)
    {
      SutureUnit *unit = g_ptr_array_index (self->activation->units, i);

      if (g_str_equal (unit->id, id) && !g_str_equal (unit->outcome, "restarted"))
        g_ptr_array_add (improvement->owed, unit);
    }
  g_ptr_array_add (self->improvements, improvement);
  return improvement;
}

static void
add_known (SutureFacts *self, SutureDatabase *database, SutureKnown *known, int usr, GHashTable *installed)
{
  static const char *const english[] = { "en", NULL };
  const SutureManifest *manifest = known->manifest;
  const SutureActive *active = NULL;
  g_auto (SutureContent) content = { .state = SUTURE_CONTENT_SUPERSEDED, .base = -1 };
  g_autoptr (GError) error = NULL;
  SutureImprovement *improvement;
  const SuturePayload *payload;
  const char *state;

  if (self->activation != NULL)
    active = suture_activation_find (self->activation, manifest->id);
  if (suture_facts_find (self, manifest->id) != NULL)
    return;
  if (usr < 0 || !suture_content_compare (manifest, usr, &content, &error))
    g_message ("could not compare the files of %s: %s", manifest->id, error != NULL ? error->message : "no /usr");
  state = state_of (self, manifest, active, &content);
  /* root has not said anything yet: what history holds for installed is not offered again, and not shown as protecting */
  if (self->activation == NULL && g_hash_table_contains (installed, manifest->id))
    state = "inactive";
  if (state == NULL)
    return;
  improvement = improvement_new (self, database, manifest->id, state, installed);
  improvement->known = suture_known_ref (known);
  improvement->component = g_strdup (manifest->component);
  improvement->number = manifest->number;
  improvement->letter = suture_name_letter (manifest->number);
  improvement->title = g_strdup (suture_manifest_text (manifest->title, english));
  improvement->description = g_strdup (suture_manifest_text (manifest->description, english));
  improvement->feed = g_strdup (known->feed);
  improvement->base = content.base;
  payload = suture_rebuild_choose (manifest, content.base);
  improvement->download_size = payload != NULL ? payload->size : 0;
}

/* Root holds it, and nothing here knows more than root said: it must still be seen to be removed. */
static void
add_unknown (SutureFacts *self, SutureDatabase *database, const SutureActive *active, GHashTable *installed)
{
  const SutureRecord *record = g_hash_table_lookup (installed, active->id);
  SutureImprovement *improvement;

  improvement = improvement_new (self, database, active->id, state_of_active (active), installed);
  improvement->component = g_strdup (active->component);
  improvement->number = active->number;
  improvement->letter = suture_name_letter (active->number);
  improvement->title = g_strdup (record != NULL && *record->title != '\0' ? record->title : active->component);
  improvement->description = g_strdup ("");
  improvement->feed = g_strdup (active->feed);
}

static char *
label_of (const SutureFacts *self)
{
  const SutureImprovement *newest = NULL;
  g_autofree char *base = NULL;
  char *codename;

  for (guint i = 0; i < self->improvements->len; i++)
    {
      const SutureImprovement *improvement = g_ptr_array_index (self->improvements, i);

      if (g_str_equal (improvement->state, "active") && (newest == NULL || improvement->number > newest->number))
        newest = improvement;
    }
  if (self->release == NULL)
    return g_strdup ("");
  base = suture_name_clean_text (self->release->pretty_name, SUTURE_NAME_MAX, FALSE);
  if (newest == NULL)
    return g_steal_pointer (&base);
  /* "Debian GNU/Linux 12 (bookworm)": the letter stands where the code name stood */
  codename = g_strrstr (base, " (");
  if (codename != NULL && g_str_has_suffix (base, ")"))
    *codename = '\0';
  return g_strdup_printf ("%s (%s)", base, newest->letter);
}

/* The feeds, and how the last check of them ended. One whose files can't be used was asked by no check, so it is said even
 * where all others are well. */
static void
read_feeds (SutureFacts *self, SutureDatabase *database)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (GPtrArray) feeds = suture_feed_config_load (&fault);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < feeds->len; i++)
    g_strv_builder_add (names, ((SutureFeedConfig *) g_ptr_array_index (feeds, i))->name);
  self->feeds = g_strv_builder_end (names);
  self->last_checked = suture_setting_get_number (database, SUTURE_SETTING_LAST_CHECKED, 0);
  self->last_error = suture_setting_get_text (database, SUTURE_SETTING_LAST_ERROR, "");
  self->last_message = suture_setting_get_text (database, SUTURE_SETTING_LAST_MESSAGE, "");
  if (fault == NULL || (*self->last_error != '\0' && feeds->len > 0))
    return;
  g_free (self->last_error);
  g_free (self->last_message);
  self->last_error = g_strdup (suture_error_to_name (fault->code));
  self->last_message = suture_name_clean_text (fault->message, SUTURE_SENTENCE_MAX, FALSE);
}

static int
by_id (gconstpointer a, gconstpointer b)
{
  const SutureImprovement *const *left = a;
  const SutureImprovement *const *right = b;

  return strcmp ((*left)->id, (*right)->id);
}

SutureFacts *
suture_facts_new (SutureDatabase *database, GPtrArray *known, SutureActivation *activation)
{
  SutureFacts *self = g_new0 (SutureFacts, 1);
  g_autoptr (GHashTable) installed = suture_record_installed (database);
  g_auto (SutureFd) usr = suture_facts_open_base (NULL);

  g_atomic_ref_count_init (&self->count);
  self->release = suture_release_load (NULL);
  read_feeds (self, database);
  self->known = g_ptr_array_ref (known);
  self->activation = activation;
  self->improvements = g_ptr_array_new_with_free_func ((GDestroyNotify) improvement_free);
  for (guint i = 0; i < known->len; i++)
    add_known (self, database, g_ptr_array_index (known, i), usr, installed);
  for (guint i = 0; activation != NULL && i < activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (activation->active, i);
      g_autoptr (SutureKnown) kept = NULL;

      if (suture_facts_find (self, active->id) != NULL)
        continue;
      kept = suture_cache_find_kept (database, active->feed, active->id);
      if (kept != NULL)
        add_known (self, database, kept, usr, installed);
      else
        add_unknown (self, database, active, installed);
    }
  g_ptr_array_sort (self->improvements, by_id);
  self->label = label_of (self);
  return self;
}
