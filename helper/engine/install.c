/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the order of the stages of an installation, and for leaving nothing behind when one of them fails.
 * Not for: permission (bus/), what the stages do, and the ends in history (engine/engine.c). */
#include "engine/install.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "engine/cache.h"
#include "engine/check.h"
#include "engine/feeds.h"
#include "engine/recover.h"
#include "engine/undo.h"
#include "history/setting.h"
#include "rebuild/rebuild.h"
#include "verify/content.h"

#define FETCH_TRIES 3 /* of one payload, each behind what has arrived; engine/automatic.h counts with it */

/* What one installation holds between its stages. */
typedef struct
{
  SutureWork *work;
  const SuturePlan *plan;
  const SutureManifest *manifest;
  SutureFeedConfig *config; /* (owned) */
  SutureTrust *trust;       /* (owned) */
  SutureSource *source;     /* (owned) */
  char *role;               /* (owned) */
  SutureFd spool;
  SutureFd image;
} Install;

static void
install_clear (Install *self)
{
  suture_source_free (self->source);
  suture_trust_free (self->trust);
  suture_feed_config_free (self->config);
  g_free (self->role);
  suture_fd_close (&self->spool);
  suture_fd_close (&self->image);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Install, install_clear)

void
suture_install_clean (void)
{
  g_auto (SutureFd) spool = suture_file_open_folder (suture_path (SUTURE_PATH_SPOOL), 0700, NULL);
  g_autoptr (GDir) files = g_dir_open (suture_path (SUTURE_PATH_SPOOL), 0, NULL);

  for (const char *name = NULL; spool >= 0 && files != NULL && (name = g_dir_read_name (files)) != NULL;)
    if (unlinkat (spool, name, 0) < 0)
      g_message ("%s is left in the spool", name);
  if (spool >= 0 && fsync (spool) < 0)
    g_debug ("the spool could not be synced: what was removed may come back, and is removed again");
}

static gboolean
not_applicable (const char *why, GError **error)
{
  g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, why);
  return FALSE;
}

/* What root would refuse in the end: a file that something installed of another component replaces. Where the manifest of that
 * is not known here, root is left to say so. */
static gboolean
check_paths (const Install *self, GError **error)
{
  const SutureFacts *facts = self->work->facts;

  for (guint i = 0; facts->activation != NULL && i < facts->improvements->len; i++)
    {
      const SutureImprovement *other = g_ptr_array_index (facts->improvements, i);
      gboolean beside = other->known != NULL && !g_str_equal (other->component, self->plan->component)
                        && suture_activation_find (facts->activation, other->id) != NULL;
      const char *path = beside ? suture_manifest_common_path (self->manifest, other->known->manifest) : NULL;

      if (path == NULL)
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE, "improvement %s of the source %s replaces %s already: it would"
                   " have to be removed first", other->id, other->feed, path);
      return FALSE;
    }
  return TRUE;
}

/* Metadata that is valid now still lists exactly the manifest of the plan, and the files are still the ones it is for. */
static gboolean
verify_plan (Install *self, GError **error)
{
  g_autoptr (SutureRelease) release = suture_release_load (error);
  g_autoptr (SutureTarget) target = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (SutureFeedConfigs) feeds = NULL;
  g_auto (SutureContent) content = { .base = -1 };
  g_auto (SutureFd) usr = -1;

  if (release == NULL)
    return FALSE;
  self->role = suture_release_role (release);
  self->config = suture_feed_config_find (self->plan->feed, error);
  if (self->config == NULL)
    return FALSE;
  if (!suture_manifest_is_for (self->manifest, release))
    return not_applicable ("it is made for another release or architecture: check again", error);
  self->trust = suture_check_open_feed (self->work, self->config, &self->source, error);
  if (self->trust == NULL)
    return FALSE;
  target = suture_trust_find (self->trust, self->source, self->plan->known->target, &local);
  /* the list was read, and it is not in it: not that the server lacks the list */
  if (target == NULL && g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND)
      && suture_trust_get (self->trust, self->role) != NULL)
    return not_applicable ("its publisher offers it no longer: check again", error);
  if (target == NULL)
    {
      suture_check_blame_server (self->config, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (suture_target_is_withdrawn (target))
    return not_applicable ("its publisher has withdrawn it: check again", error);
  if (!suture_target_matches (target, self->plan->known->bytes, NULL))
    return not_applicable ("its publisher has replaced it: check again", error);
  feeds = suture_feeds_load_used ();
  if (!suture_feed_configs_may_offer (feeds, self->plan->feed, self->plan->component))
    return not_applicable ("its component may not come from this source any more: check again", error);
  if (!check_paths (self, error))
    return FALSE;
  usr = suture_facts_open_base (error);
  if (usr < 0 || !suture_content_compare (self->manifest, usr, NULL, &content, error))
    return FALSE;
  if (content.state != SUTURE_CONTENT_APPLIES || content.base != self->plan->base)
    return not_applicable ("the files that it replaces have changed: check again", error);
  return TRUE;
}

static void
fetched (guint64 done, guint64 total, gpointer user_data)
{
  suture_work_set_bytes (user_data, done, total);
}

/* FALSE when it was cancelled meanwhile. */
static gboolean
wait_for (GCancellable *cancellable, guint seconds)
{
  GPollFD poll;

  if (g_cancellable_make_pollfd (cancellable, &poll))
    {
      (void) g_poll (&poll, 1, (int) seconds * 1000);
      g_cancellable_release_fd (cancellable);
    }
  return !g_cancellable_is_cancelled (cancellable);
}

static gboolean
fetch_payload (Install *self, const SuturePayload *payload, int fd, GError **error)
{
  suture_work_set_activity (self->work, "downloading");
  for (guint try = 1;; try++)
    {
      g_autoptr (GError) local = NULL;

      if (suture_source_fetch_payload (self->source, payload->sha256, payload->size, fd, fetched, self->work, &local))
        return TRUE;
      if (!g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NETWORK) || try == FETCH_TRIES
          || !wait_for (self->work->cancellable, try))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
}

static gboolean
rebuild_from (Install *self, const SuturePayload *payload, GError **error)
{
  g_auto (SutureFd) fd = suture_file_unnamed (self->spool, 0600, error);
  g_auto (SutureFd) usr = -1;

  if (fd < 0 || !fetch_payload (self, payload, fd, error))
    return FALSE;
  usr = suture_facts_open_base (error);
  if (usr < 0)
    return FALSE;
  suture_work_set_activity (self->work, "rebuilding");
  suture_fd_close (&self->image);
  self->image = suture_file_unnamed (self->spool, 0600, error);
  return self->image >= 0
         && suture_rebuild_image (self->manifest, payload, fd, usr, self->image, self->work->cancellable, error);
}

/* The smallest payload first; a delta that does not end in the signed image gives way to the whole. */
static gboolean
fetch_and_rebuild (Install *self, GError **error)
{
  const SuturePayload *payload = suture_rebuild_choose (self->manifest, self->plan->base);
  const SuturePayload *whole = suture_rebuild_choose (self->manifest, -1);
  g_autoptr (GError) local = NULL;

  if (payload == NULL)
    return not_applicable ("its publisher offers no payload that can be used here", error);
  if (rebuild_from (self, payload, &local))
    return TRUE;
  if (whole != NULL && whole != payload
      && (g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_HASH)
          || g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_MALFORMED)
          || g_error_matches (local, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND)))
    {
      g_message ("%s: the delta could not be used (%s): the whole is fetched", self->plan->improvement, local->message);
      g_clear_error (&local);
      if (rebuild_from (self, whole, &local))
        return TRUE;
    }
  suture_check_blame_server (self->config, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
activation_said (const char *word, gpointer user_data)
{
  suture_work_set_activity (user_data, g_str_equal (word, "restarting") ? "restarting" : "activating");
}

/* From here on it is the activation step that holds the truth; a line that can't be written does not change it. */
static void
note_step (Install *self, SutureStep step)
{
  g_autoptr (GError) error = NULL;

  if (!suture_work_write_step (self->work, step, self->plan, &error))
    g_message ("a line of the journal is missing: %s", error->message);
}

static gboolean
switch_over (Install *self, GError **error)
{
  SutureActivationPackage package = { .feed = self->plan->feed, .id = self->plan->improvement, .role = self->role,
                                      .trust = self->trust, .manifest = self->plan->known->bytes };
  g_autoptr (GError) local = NULL;
  g_autoptr (SutureActivation) activation = NULL;
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_SPOOL), self->plan->improvement, NULL);
  g_auto (SutureFd) image = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (image < 0)
    return suture_error_set_errno (error, errno, "could not open the image that was rebuilt");
  suture_undo_prepare (self->work->database, self->plan);
  suture_fd_close (&self->image); /* the last descriptor that could write to it */
  if (!suture_work_begin_switch (self->work, error)
      || !suture_work_write_step (self->work, SUTURE_STEP_SWITCHING, self->plan, error))
    return FALSE;
  package.image = image;
  suture_work_set_activity (self->work, "activating");
  activation = suture_activation_install (&package, activation_said, self->work, &local);
  if (activation == NULL)
    activation = suture_recover_look (self->work, self->plan, local);
  if (activation == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  note_step (self, SUTURE_STEP_SWITCHED);
  suture_cache_keep (self->work->database, self->plan->known);
  suture_undo_remember_units (self->work->database, self->plan->improvement, activation);
  suture_recover_remember_restarted (self->work->database, self->plan->improvement, activation);
  suture_work_learn (self->work, self->work->facts->offers, g_steal_pointer (&activation));
  note_step (self, SUTURE_STEP_RESTARTED);
  return TRUE;
}

static const char *const what_is_left[SUTURE_N_LEFT] = {
  [SUTURE_LEFT_ALONE] = "it was not installed and the system's files are as they were",
  [SUTURE_LEFT_CHANGED] = "it was not installed, and what is in use may have changed",
  [SUTURE_LEFT_UNKNOWN] = "it is not known whether it was installed, and that is looked at first the next time",
};

gboolean
suture_install_run (SutureWork *work, const SuturePlan *plan, GError **error)
{
  g_auto (Install) self = { .work = work, .plan = plan, .manifest = plan->known->manifest, .spool = -1, .image = -1 };
  gboolean ok;

  work->left = SUTURE_LEFT_ALONE;
  suture_work_set_improvement (work, plan->improvement);
  suture_work_set_activity (work, "checking");
  self.spool = suture_file_open_folder (suture_path (SUTURE_PATH_SPOOL), 0700, error);
  ok = self.spool >= 0 && suture_work_write_step (work, SUTURE_STEP_BEGIN, plan, error) && verify_plan (&self, error)
       && fetch_and_rebuild (&self, error) && suture_file_link (self.image, self.spool, plan->improvement, error)
       && suture_work_write_step (work, SUTURE_STEP_STAGED, plan, error) && switch_over (&self, error);
  suture_work_end_switch (work);
  suture_install_clean ();
  if (!ok && error != NULL && g_cancellable_is_cancelled (work->cancellable)
      && !g_error_matches (*error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED))
    {
      g_clear_error (error);
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CANCELLED, "it was cancelled");
    }
  if (!ok)
    suture_work_say_left (work, what_is_left, error);
  return ok;
}
