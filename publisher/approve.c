/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "approval.h"
#include "base/error.h"
#include "base/name.h"
#include "consent.h"
#include "session.h"
#include "summary.h"

/* Whoever prepares by itself can also pretend that something is published, to have it signed along. */
static gboolean
warn_of_hearsay (SutureSession *session, const char *role, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (session->repository, role);
  g_autoptr (GPtrArray) quorums = NULL;
  guint count = latest != NULL ? json_object_get_size (latest->targets) : 0;

  if (count == 0)
    return TRUE;
  quorums = suture_seal_find_quorums (session->repository, suture_draft_get (session->draft, "root"),
                                      suture_draft_get (session->draft, "targets"), role, error);
  if (quorums == NULL)
    return FALSE;
  if (suture_seal_is_hearsay (latest->envelope, quorums, session->keyring))
    suture_report_warn (session->report,
                        "none of the keys that were brought has signed what %s says is published of %s: %u improvement%s of it "
                        "signed along, and may be made up. Look whether desktops are served just that (suture-publish show)",
                        session->depot->path, role, count, count == 1 ? " is" : "s are");
  return TRUE;
}

/* What else is going to be said of it, a rollout for example. */
static void
tell_custom (const SutureStage *stage, SutureReport *report)
{
  g_autoptr (GList) names = json_object_get_members (stage->custom);

  for (GList *at = names; at != NULL; at = at->next)
    {
      g_autofree char *text = json_to_string (json_object_get_member (stage->custom, at->data), FALSE);
      g_autofree char *name = suture_name_clean_text (at->data, G_MAXSIZE, FALSE);

      suture_report_say (report, "  %s: %s", name, text);
    }
}

static gboolean
show (SutureSession *session, GPtrArray *stages, GError **error)
{
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);

      if (!suture_approval_is_needed (stage))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s waits for no approval: suture-publish publish",
                       stage->name);
          return FALSE;
        }
      suture_summary_tell (stage, session->report);
      tell_custom (stage, session->report);
      if (!warn_of_hearsay (session, stage->role, error))
        return FALSE;
      suture_report_list (session->report, "shown", stage->name);
    }
  return TRUE;
}

static gboolean
is_named (GPtrArray *stages, const char *path)
{
  for (guint i = 0; i < stages->len; i++)
    {
      g_autofree char *own = g_strconcat (((const SutureStage *) g_ptr_array_index (stages, i))->name, ".json", NULL);

      if (g_str_equal (own, path))
        return TRUE;
    }
  return FALSE;
}

/* The first path of which @a says something that @b does not, those of @stages aside; or NULL. */
static const char *
find_difference (JsonObject *a, JsonObject *b, GPtrArray *stages)
{
  g_autoptr (GList) paths = json_object_get_members (a);

  for (GList *at = paths; at != NULL; at = at->next)
    if (!is_named (stages, at->data)
        && (!json_object_has_member (b, at->data)
            || !json_node_equal (json_object_get_member (a, at->data), json_object_get_member (b, at->data))))
      return at->data;
  return NULL;
}

/* Whether @a and @b say the same but for their targets. */
static gboolean
has_same_rest (JsonObject *a, JsonObject *b)
{
  g_autoptr (JsonObject) first = suture_draft_copy (a);
  g_autoptr (JsonObject) second = suture_draft_copy (b);

  json_object_remove_member (first, "targets");
  json_object_remove_member (second, "targets");
  return suture_draft_same (first, second);
}

/* A role is signed as a whole, and whoever prepares by itself can write what waits for signatures: beside what was shown, only
 * what is published may be in it. */
static gboolean
check_others (SutureSession *session, const char *role, GPtrArray *stages, GError **error)
{
  const SutureMetadata *latest = suture_repository_latest (session->repository, role);
  JsonObject *body = suture_draft_get (session->draft, role);
  g_autoptr (JsonObject) none = json_object_new ();
  JsonObject *published = latest != NULL ? latest->targets : none;
  JsonObject *targets = json_object_get_object_member (body, "targets");
  const char *path = find_difference (targets, published, stages);

  if (path == NULL)
    path = find_difference (published, targets, stages);
  if (path == NULL && latest != NULL && !has_same_rest (body, latest->envelope->body))
    path = "more than improvements";
  if (path == NULL)
    {
      suture_draft_set_shown (session->draft, role, TRUE);
      return TRUE;
    }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
               "what waits in %s/pending for %s changes %s as well, which was not shown: have that signed first, or remove the file",
               session->depot->path, role, path);
  return FALSE;
}

/* What waits may say something else of the same improvement than what was shown. */
static void
forget_waiting (SutureSession *session, GPtrArray *stages)
{
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);
      JsonObject *body = suture_draft_get (session->draft, stage->role);
      g_autofree char *path = g_strconcat (stage->name, ".json", NULL);

      if (body != NULL && json_object_has_member (json_object_get_object_member (body, "targets"), path))
        json_object_remove_member (json_object_get_object_member (body, "targets"), path);
    }
}

static gboolean
approve (SutureSession *session, GPtrArray *stages, const char *name, GError **error)
{
  if (!suture_session_check_stages (session, stages, error))
    return FALSE;
  forget_waiting (session, stages);
  if (!suture_session_add_stages (session, stages, error))
    return FALSE;
  for (guint i = 0; i < stages->len; i++)
    {
      const SutureStage *stage = g_ptr_array_index (stages, i);

      /* in what is signed, and there alone: where it fails, nobody has said anything */
      suture_approval_note (suture_draft_custom (session->draft, stage->name), name);
    }
  for (guint i = 0; i < stages->len; i++)
    if (!check_others (session, ((SutureStage *) g_ptr_array_index (stages, i))->role, stages, error))
      return FALSE;
  return suture_session_publish (session, stages, error);
}

static gboolean
run (SutureSession *session, char **wanted, const char *name, gboolean yes, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Sign and publish this as %s?", name);
  g_autoptr (GPtrArray) stages = suture_stage_open_all (session->depot, "staging", wanted, error);

  return stages != NULL && show (session, stages, error) && (yes || suture_consent_ask (session->report, question, "it was not approved", error))
         && approve (session, stages, name, error);
}

gboolean
suture_command_approve (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_autofree char *name = NULL;
  gboolean yes = FALSE;
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "Who approves, as people will read it", "TEXT" },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do not ask: it was looked at", NULL },
    SUTURE_SESSION_ENTRIES (options),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER ID…",
    .summary = "Shows what was prepared automatically (suture-publish follow), and when a person\n"
               "agrees, signs it with that person's key as well and publishes it.",
    .min = 2,
    .max = -1,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (name == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "who approves? --name is needed");
      return FALSE;
    }
  return suture_approval_check_name (name, error) && suture_session_open (&session, report, argv[1], &options, TRUE, error)
         && run (&session, argv + 2, name, yes, error);
}
