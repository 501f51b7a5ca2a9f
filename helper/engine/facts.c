/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/facts.h"

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "engine/feeds.h"
#include "engine/remembered.h"
#include "engine/watch.h"
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
  g_ptr_array_unref (self->closing);
  g_strfreev (self->restarted);
  g_strfreev (self->conflict);
  g_free (self->undone);
  g_free (self->stays);
  g_free (self->withdrawn_reason);
  g_free (self->left_out);
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
  suture_offers_unref (self->offers);
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

/* Whether root holds a later improvement of the component than @known, from the same feed: numbers of two say nothing about
 * each other. One that was withdrawn stands in no way: what replaces it takes it out in the same switch. */
static gboolean
is_replaced (const SutureFacts *self, const SutureKnown *known)
{
  const SutureManifest *manifest = known->manifest;

  for (guint i = 0; self->activation != NULL && i < self->activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (self->activation->active, i);

      if (g_str_equal (active->component, manifest->component) && g_str_equal (active->feed, known->feed)
          && active->number >= manifest->number
          && suture_offers_find_withdrawal (self->offers, active->feed, active->id) == NULL)
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
state_of (const SutureFacts *self, const SutureKnown *known, const SutureActive *active, const SutureContent *content)
{
  if (active != NULL)
    return state_of_active (active);
  if (content->state == SUTURE_CONTENT_OTHER_BASE)
    return NULL;
  if (is_replaced (self, known))
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
  improvement->left_out = g_strdup (active != NULL && g_str_equal (state, "inactive") ? active->left_out : "");
  improvement->base = -1;
  improvement->installed_at = record != NULL ? record->time : 0;
  improvement->restarted = restarted_of (database, id);
  improvement->closing = suture_probation_closing (database, id, SUTURE_WATCH_CLOSING);
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

/* What root holds belongs to the feed it came from, and so do its component and its id. What it holds from another feed than
 * @known, or NULL. */
static const SutureActive *
find_held_from_elsewhere (const SutureFacts *self, const SutureKnown *known)
{
  for (guint i = 0; self->activation != NULL && i < self->activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (self->activation->active, i);

      if ((g_str_equal (active->component, known->manifest->component) || g_str_equal (active->id, known->manifest->id))
          && !g_str_equal (active->feed, known->feed))
        return active;
    }
  return NULL;
}

/* Whether root holds something of the component already, which decides where it comes from. */
static gboolean
is_decided (const SutureFacts *self, const char *component)
{
  for (guint i = 0; self->activation != NULL && i < self->activation->active->len; i++)
    if (g_str_equal (((SutureActive *) g_ptr_array_index (self->activation->active, i))->component, component))
      return TRUE;
  return FALSE;
}

static void
set_withdrawal (SutureImprovement *improvement, const SutureFacts *self)
{
  const SutureWithdrawal *withdrawal = suture_offers_find_withdrawal (self->offers, improvement->feed, improvement->id);

  improvement->withdrawn = withdrawal != NULL;
  improvement->withdrawal_is_current = withdrawal != NULL && withdrawal->current;
  improvement->withdrawn_at = withdrawal != NULL ? withdrawal->date : 0;
  improvement->withdrawn_reason = g_strdup (withdrawal != NULL ? withdrawal->reason : "");
}

/* Two feeds offer it: nobody here picks one. */
static void
set_conflict (SutureImprovement *improvement, char **rivals)
{
  g_free (improvement->state);
  improvement->state = g_strdup ("conflict");
  g_strfreev (improvement->conflict);
  improvement->conflict = rivals;
  improvement->waits_until = 0;
}

/* What facts are made with. */
typedef struct
{
  SutureFacts *facts;
  SutureDatabase *database;
  GHashTable *installed; /* what history holds for it */
  const SutureFeedConfigs *feeds;
  int usr;
  GHashTable *seen; /* of its files: verify/content.h */
} Making;

/* What an offer can come to beside its state: another feed's offer in its way, or a turn to be waited for. */
static void
set_chances (const Making *making, SutureImprovement *improvement)
{
  const SutureKnown *known = improvement->known;
  gboolean decided = making->feeds->usable->len < 2 || is_decided (making->facts, known->manifest->component);
  char **rivals = NULL;

  if (!suture_feed_configs_may_offer (making->feeds, known->feed, known->manifest->component))
    improvement->base = -1; /* held from a time when it might have been: it can only be removed */
  if (!g_str_equal (improvement->state, "available"))
    return;
  improvement->waits_until = suture_known_waits_until (known);
  if (!decided)
    rivals = suture_offers_find_rivals (making->facts->offers, making->feeds, known);
  if (rivals != NULL)
    set_conflict (improvement, rivals);
}

static SutureImprovement *
describe (const Making *making, SutureKnown *known, const char *state, int base)
{
  static const char *const english[] = { "en", NULL };
  const SutureManifest *manifest = known->manifest;
  const SuturePayload *payload = suture_rebuild_choose (manifest, base);
  SutureImprovement *improvement = improvement_new (making->facts, making->database, manifest->id, state, making->installed);

  improvement->known = suture_known_ref (known);
  improvement->component = g_strdup (manifest->component);
  improvement->number = manifest->number;
  improvement->letter = suture_name_letter (manifest->number);
  improvement->title = g_strdup (suture_manifest_text (manifest->title, english));
  improvement->description = g_strdup (suture_manifest_text (manifest->description, english));
  improvement->feed = g_strdup (known->feed);
  improvement->base = base;
  improvement->download_size = payload != NULL ? payload->size : 0;
  return improvement;
}

/* Whether @held keeps the feed of @known, which may offer the component, from improving it, although its own feed is gone or
 * may not offer it any more. That has to be seen: nobody would get the later fixes, and nothing would say so. */
static gboolean
stands_in_way (const Making *making, const SutureActive *held, const SutureKnown *known)
{
  return suture_feed_configs_may_offer (making->feeds, known->feed, known->manifest->component)
         && !suture_feed_configs_may_offer (making->feeds, held->feed, held->component);
}

/* The names of both feeds, sorted. */
static char **
name_both (const char *a, const char *b)
{
  const char *const names[] = { strcmp (a, b) < 0 ? a : b, strcmp (a, b) < 0 ? b : a, NULL };

  return g_strdupv ((char **) names);
}

static void
add_known (const Making *making, SutureKnown *known)
{
  SutureFacts *self = making->facts;
  const SutureManifest *manifest = known->manifest;
  const SutureImprovement *same = suture_facts_find (self, manifest->id);
  const SutureActive *held = find_held_from_elsewhere (self, known);
  const SutureActive *active = NULL;
  g_auto (SutureContent) content = { .state = SUTURE_CONTENT_SUPERSEDED, .base = -1 };
  g_autoptr (GError) error = NULL;
  SutureImprovement *improvement;
  const char *state;

  if (self->activation != NULL && held == NULL)
    active = suture_activation_find (self->activation, manifest->id);
  if (active == NULL && !g_hash_table_contains (making->installed, manifest->id) && !is_decided (self, manifest->component)
      && suture_offers_gives_way (self->offers, making->feeds, known))
    return;
  if ((held != NULL && (g_str_equal (held->id, manifest->id) || !stands_in_way (making, held, known)))
      || (active == NULL && !suture_feed_configs_may_offer (making->feeds, known->feed, manifest->component)))
    return;
  if (making->usr < 0 || !suture_content_compare (manifest, making->usr, making->seen, &content, &error))
    g_message ("could not compare the files of %s: %s", manifest->id, error != NULL ? error->message : "no /usr");
  state = state_of (self, known, active, &content);
  /* root has not said anything yet: what history holds for installed is not offered again, and not shown as protecting */
  if (self->activation == NULL && g_hash_table_contains (making->installed, manifest->id))
    state = "inactive";
  /* two feeds' offers of one id: the one that could be installed tells that they are in each other's way */
  if (state == NULL || (same != NULL && (same->conflict != NULL || !g_str_equal (state, "available"))))
    return;
  if (same != NULL)
    g_ptr_array_remove (self->improvements, (gpointer) same);
  improvement = describe (making, known, state, content.base);
  set_chances (making, improvement);
  set_withdrawal (improvement, self);
  if (held != NULL && g_str_equal (improvement->state, "available"))
    set_conflict (improvement, name_both (held->feed, known->feed));
}

/* Root holds it, and nothing here knows more than root said: it must still be seen to be removed. */
static void
add_unknown (const Making *making, const SutureActive *active)
{
  const SutureRecord *record = g_hash_table_lookup (making->installed, active->id);
  SutureImprovement *improvement;

  improvement = improvement_new (making->facts, making->database, active->id, state_of_active (active), making->installed);
  improvement->component = g_strdup (active->component);
  improvement->number = active->number;
  improvement->letter = suture_name_letter (active->number);
  improvement->title = g_strdup (record != NULL && *record->title != '\0' ? record->title : active->component);
  improvement->description = g_strdup ("");
  improvement->feed = g_strdup (active->feed);
  set_withdrawal (improvement, making->facts);
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

/* The last check that all feeds answered. One that was configured since has answered none. */
static gint64
last_check_of_all (SutureDatabase *database, const SutureFeedConfigs *feeds)
{
  gint64 time = suture_setting_get_number (database, SUTURE_SETTING_LAST_CHECKED, 0);

  for (guint i = 0; i < feeds->usable->len; i++)
    time = MIN (time, suture_feeds_get_checked (database, ((SutureFeedConfig *) g_ptr_array_index (feeds->usable, i))->name, 0));
  return time;
}

/* The feeds, and how the last check of them ended. One whose files can't be used was asked by no check, so it is said even
 * where all others are well; and where it holds up others, even before what is wrong with those. */
static void
tell_feeds (SutureFacts *self, SutureDatabase *database, const SutureFeedConfigs *feeds)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < feeds->usable->len; i++)
    g_strv_builder_add (names, ((SutureFeedConfig *) g_ptr_array_index (feeds->usable, i))->name);
  self->feeds = g_strv_builder_end (names);
  self->last_checked = last_check_of_all (database, feeds);
  self->last_error = suture_setting_get_text (database, SUTURE_SETTING_LAST_ERROR, "");
  self->last_message = suture_setting_get_text (database, SUTURE_SETTING_LAST_MESSAGE, "");
  if (feeds->fault == NULL || (*self->last_error != '\0' && feeds->usable->len > 0 && !feeds->scope_is_lost))
    return;
  g_free (self->last_error);
  g_free (self->last_message);
  self->last_error = g_strdup (suture_error_to_name (feeds->fault->code));
  self->last_message = suture_name_clean_text (feeds->fault->message, SUTURE_SENTENCE_MAX, FALSE);
}

static int
by_id (gconstpointer a, gconstpointer b)
{
  const SutureImprovement *const *left = a;
  const SutureImprovement *const *right = b;

  return strcmp ((*left)->id, (*right)->id);
}

SutureFacts *
suture_facts_new (SutureDatabase *database, SutureOffers *offers, SutureActivation *activation)
{
  SutureFacts *self = g_new0 (SutureFacts, 1);
  g_autoptr (GHashTable) installed = suture_record_installed (database);
  g_autoptr (SutureFeedConfigs) feeds = suture_feeds_load_used ();
  g_auto (SutureFd) usr = suture_facts_open_base (NULL);
  g_autoptr (GHashTable) seen = suture_content_seen_new ();
  Making making = { .facts = self, .database = database, .installed = installed, .feeds = feeds, .usr = usr, .seen = seen };

  g_atomic_ref_count_init (&self->count);
  self->release = suture_release_load (NULL);
  tell_feeds (self, database, feeds);
  self->offers = suture_offers_ref (offers);
  self->activation = activation;
  self->improvements = g_ptr_array_new_with_free_func ((GDestroyNotify) improvement_free);
  for (guint i = 0; i < offers->known->len; i++)
    if (!suture_offers_is_passed (offers, g_ptr_array_index (offers->known, i)))
      add_known (&making, g_ptr_array_index (offers->known, i));
  for (guint i = 0; activation != NULL && i < activation->active->len; i++)
    {
      const SutureActive *active = g_ptr_array_index (activation->active, i);
      g_autoptr (SutureKnown) kept = NULL;

      if (suture_facts_find (self, active->id) != NULL)
        continue;
      kept = suture_cache_find_kept (database, active->feed, active->id);
      if (kept != NULL)
        add_known (&making, kept);
      else
        add_unknown (&making, active);
    }
  for (guint i = 0; i < self->improvements->len; i++)
    {
      SutureImprovement *improvement = g_ptr_array_index (self->improvements, i);

      if (activation != NULL && suture_activation_find (activation, improvement->id) != NULL)
        improvement->conflict = suture_offers_find_hidden (offers, feeds, improvement->feed, improvement->component);
    }
  g_ptr_array_sort (self->improvements, by_id);
  suture_remembered_fill (self, database, g_get_real_time () / G_USEC_PER_SEC);
  self->label = label_of (self);
  return self;
}
