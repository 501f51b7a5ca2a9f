/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include "base/error.h"
#include "prune.h"
#include "rights.h"
#include "settle.h"

void
suture_session_options_clear (SutureSessionOptions *self)
{
  suture_keyring_options_clear (&self->keys);
}

void
suture_session_clear (SutureSession *self)
{
  g_clear_pointer (&self->draft, suture_draft_free);
  g_clear_pointer (&self->keyring, suture_keyring_free);
  g_clear_pointer (&self->repository, suture_repository_free);
  g_clear_pointer (&self->depot, suture_depot_free);
}

static gboolean
check_days (int days, GError **error)
{
  if (days == SUTURE_SESSION_DAYS_UNSAID || (days >= 1 && days <= SUTURE_EDITION_DAYS_MAX))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--expires-days can be 1 to %d days",
               SUTURE_EDITION_DAYS_MAX);
  return FALSE;
}

/* A change that somebody began to sign and that can't go out any more is not dropped without a word. */
static void
tell_outdated (SutureSession *self)
{
  GPtrArray *files = suture_draft_outdated (self->draft);

  for (guint i = 0; i < files->len; i++)
    suture_report_warn (self->report, "%s/%s/%s does not follow what is published, and is left out: make the change again",
                        self->depot->path, SUTURE_DEPOT_PENDING, (char *) g_ptr_array_index (files, i));
}

gboolean
suture_session_open (SutureSession *self,
                     SutureReport *report,
                     const char *path,
                     const SutureSessionOptions *options,
                     gboolean pending,
                     GError **error)
{
  g_autofree char *keys = NULL;

  self->report = report;
  self->exact = options->days != SUTURE_SESSION_DAYS_UNSAID;
  self->days = self->exact ? (guint) options->days : SUTURE_EDITION_DAYS;
  self->pending = pending;
  self->any_clock = options->any_clock;
  if (!check_days (options->days, error))
    return FALSE;
  self->depot = suture_depot_open (path, error);
  if (self->depot == NULL)
    return FALSE;
  keys = suture_depot_path (self->depot, "keys", NULL);
  self->keyring = suture_keyring_open (keys, &options->keys, error);
  self->repository = self->keyring != NULL ? suture_repository_open (self->depot, error) : NULL;
  self->draft = self->repository != NULL ? suture_draft_new (self->repository, pending, error) : NULL;
  if (self->draft == NULL)
    return FALSE;
  tell_outdated (self);
  return TRUE;
}

/* The role's first key; one that is there already, made by a run that was killed, is taken. */
static gboolean
begin_role (SutureSession *self, const char *role, GError **error)
{
  const SutureKeyringNew new = { .role = role, .plain_name = TRUE };
  SutureSigner *signer = suture_keyring_make (self->keyring, &new, error);

  if (signer == NULL)
    return FALSE;
  suture_draft_add_role (self->draft, role);
  return suture_draft_add_key (self->draft, role, suture_signer_get_id (signer), suture_signer_get_key (signer), error);
}

gboolean
suture_session_add_stages (SutureSession *self, GPtrArray *stages, GError **error)
{
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);

      if (suture_draft_get (self->draft, stage->role) == NULL && !begin_role (self, stage->role, error))
        return FALSE;
      suture_draft_add_stage (self->draft, stage);
    }
  return TRUE;
}

/* When the first role of what is published ends, in seconds since the epoch; *@role is that role. */
static gint64
find_end (SutureRepository *repository, const char **role)
{
  static const char *const top_levels[] = { "root", "timestamp", "snapshot", "targets" };
  gint64 end = G_MAXINT64;

  for (guint i = 0; i < G_N_ELEMENTS (top_levels) + repository->roles->len; i++)
    {
      const char *name = i < G_N_ELEMENTS (top_levels)
                             ? top_levels[i]
                             : g_ptr_array_index (repository->roles, i - G_N_ELEMENTS (top_levels));
      const SutureMetadata *latest = suture_repository_latest (repository, name);

      if (latest->expires >= end)
        continue;
      end = latest->expires;
      *role = name;
    }
  return end;
}

static void
tell_end (SutureSession *self)
{
  const char *role = NULL;
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (find_end (self->repository, &role));
  g_autofree char *text = g_date_time_format (end, "%F %R UTC");

  suture_report_say (self->report, "signed until %s (%s): publish or refresh again before", text, role);
  json_object_set_string_member (suture_report_object (self->report), "until", text);
}

/* Whether the command itself has changed @role, beside what waited before. */
static gboolean
is_touched (SutureSession *self, const char *role)
{
  const SutureEnvelope *pending = suture_draft_pending (self->draft, role);

  return pending != NULL ? !suture_draft_same (pending->body, suture_draft_get (self->draft, role))
                         : suture_draft_is_changed (self->draft, role);
}

/* The roles that somebody wants to see published: a set of names. */
static GHashTable *
find_asked (SutureSession *self, GPtrArray *stages)
{
  GHashTable *asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) roles = suture_draft_roles (self->draft);

  g_ptr_array_add (roles, (gpointer) "targets");
  g_ptr_array_add (roles, (gpointer) "root");
  for (guint i = 0; stages != NULL && i < stages->len; i++)
    g_hash_table_add (asked, g_strdup (((SutureStage *) g_ptr_array_index (stages, i))->role));
  for (guint i = 0; i < roles->len; i++)
    if (is_touched (self, g_ptr_array_index (roles, i)))
      g_hash_table_add (asked, g_strdup (g_ptr_array_index (roles, i)));
  for (guint i = 0; g_hash_table_size (asked) == 0 && i < roles->len; i++)
    if (suture_draft_is_changed (self->draft, g_ptr_array_index (roles, i)))
      g_hash_table_add (asked, g_strdup (g_ptr_array_index (roles, i)));
  return asked;
}

/* Tells what of @asked is not out. */
static void
tell_waiting (SutureSession *self, GHashTable *asked, gboolean published)
{
  g_autoptr (GString) roles = g_string_new (NULL);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (asked), (GCompareFunc) g_strcmp0);

  for (GList *at = names; at != NULL; at = at->next)
    if (suture_draft_is_changed (self->draft, at->data))
      g_string_append_printf (roles, "%s%s", roles->len > 0 ? ", " : "", (char *) at->data);
  self->waiting = !published || roles->len > 0;
  suture_report_set_waiting (self->report, self->waiting);
  if (roles->len > 0)
    suture_report_say (self->report,
                       "nothing of what changes in %s has gone out yet: desktops go on with what is published, until the "
                       "signatures above are there (suture-publish sign %s, and then suture-publish publish %s), or until the file in "
                       "%s/%s is removed, which gives the change up",
                       roles->str, self->depot->path, self->depot->path, self->depot->path, SUTURE_DEPOT_PENDING);
}

/* What stays is only in the way, and the next run takes it. */
static void
prune (SutureSession *self)
{
  g_autoptr (GError) why = NULL;

  if (!suture_prune_run (self->repository, g_get_real_time () / G_USEC_PER_SEC, &why))
    suture_report_warn (self->report, "metadata that has been replaced for long could not be removed: %s", why->message);
}

/* Tells what waited and is out now: nothing else would say so. */
static void
tell_released (SutureSession *self)
{
  g_autoptr (GPtrArray) roles = suture_draft_roles (self->draft);

  g_ptr_array_add (roles, (gpointer) "targets");
  g_ptr_array_add (roles, (gpointer) "root");
  for (guint i = 0; i < roles->len; i++)
    {
      const char *role = g_ptr_array_index (roles, i);

      if (suture_draft_pending (self->draft, role) == NULL || suture_draft_is_changed (self->draft, role))
        continue;
      suture_report_say (self->report, "%s: version %" G_GINT64_FORMAT " is out, which waited for signatures", role,
                         suture_repository_latest (self->repository, role)->version);
      suture_report_list (self->report, "released", role);
    }
}

gboolean
suture_session_publish (SutureSession *self, GPtrArray *stages, GError **error)
{
  SutureEdition edition = { .repository = self->repository,
                            .draft = self->draft,
                            .keyring = self->keyring,
                            .report = self->report,
                            .stages = stages,
                            .days = self->days,
                            .exact = self->exact,
                            .pending = self->pending,
                            .any_clock = self->any_clock };
  const char *complaint = suture_keyring_complaint (self->keyring);
  g_autoptr (GHashTable) asked = find_asked (self, stages);
  gboolean published = FALSE;

  if (!suture_edition_publish (&edition, &published, error))
    {
      g_prefix_error (error, "nothing was published, the repository is as it was: ");
      return FALSE;
    }
  json_object_set_boolean_member (suture_report_object (self->report), "signed", published);
  if (!published)
    {
      tell_waiting (self, asked, FALSE);
      suture_report_say (self->report, "nothing was published yet, the repository is as it was%s%s",
                         complaint != NULL ? "; " : "", complaint != NULL ? complaint : "");
      return TRUE;
    }
  /* what fails from here on is published all the same, and the next run does the rest */
  if (!suture_repository_refresh (self->repository, 0, error))
    {
      g_prefix_error (error, "published, but not noted in %s/client: ", self->depot->path);
      return FALSE;
    }
  tell_waiting (self, asked, TRUE);
  tell_released (self);
  tell_end (self);
  prune (self);
  return stages == NULL || suture_settle_run (self->repository, self->report, stages, error);
}

gboolean
suture_session_check_stages (SutureSession *self, GPtrArray *stages, GError **error)
{
  if (!suture_settle_run (self->repository, self->report, stages, error))
    return FALSE;
  /* what a desktop does is done as root */
  if (stages->len > 0 && !suture_rights_be_root (error))
    return FALSE;
  for (guint i = 0; i < stages->len; i++)
    if (!suture_stage_check (g_ptr_array_index (stages, i), self->depot, error))
      return FALSE;
  return TRUE;
}
