/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <string.h>

#include "base/error.h"
#include "base/name.h"
#include "session.h"

#define REASON_MAX 1024 /* bytes that a desktop shows */

/* @reason: NULL takes the withdrawal back. */
static gboolean
change (SutureSession *session, const char *name, const char *reason, GError **error)
{
  JsonObject *custom = suture_draft_custom (session->draft, name);
  JsonObject *withdrawn;

  if (reason == NULL)
    {
      if (!json_object_has_member (custom, "withdrawn"))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s is not withdrawn", name);
          return FALSE;
        }
      json_object_remove_member (custom, "withdrawn");
      return TRUE;
    }
  withdrawn = json_object_new ();
  suture_repository_set_time (withdrawn, "date", g_get_real_time () / G_USEC_PER_SEC);
  json_object_set_string_member (withdrawn, "reason", reason);
  json_object_set_object_member (custom, "withdrawn", withdrawn);
  return TRUE;
}

static gboolean
withdraw (SutureSession *session, const char *wanted, const char *reason, GError **error)
{
  g_autoptr (GPtrArray) names = suture_draft_find (session->draft, wanted, error);
  const char *done = reason != NULL ? "withdrawn" : "restored";

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!change (session, g_ptr_array_index (names, i), reason, error))
      return FALSE;
  if (names == NULL || !suture_session_publish (session, NULL, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (session->waiting)
        suture_report_say (session->report, "%s is not %s yet", name, done);
      else
        {
          suture_report_say (session->report, reason != NULL ? "withdrew %s" : "took the withdrawal of %s back", name);
          suture_report_list (session->report, done, name);
        }
    }
  return TRUE;
}

/* The text as a desktop will show it, or NULL. */
static char *
clean_reason (const char *reason, GError **error)
{
  g_autofree char *clean = suture_name_clean_text (reason, G_MAXINT32, FALSE);

  g_strstrip (clean);
  if (*clean != '\0' && strlen (clean) <= REASON_MAX && g_utf8_validate (reason, -1, NULL))
    return g_steal_pointer (&clean);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "--reason has to be text of at most %d bytes",
               REASON_MAX);
  return NULL;
}

gboolean
suture_command_withdraw (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_autofree char *reason = NULL;
  g_autofree char *clean = NULL;
  gboolean undo = FALSE;
  const GOptionEntry entries[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why, as people will read it", "TEXT" },
    { "undo", 0, 0, G_OPTION_ARG_NONE, &undo, "Take the withdrawal back", NULL },
    SUTURE_SESSION_ENTRIES (options),
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = {
    .arguments = "FOLDER ID",
    .summary = "Takes a published improvement back: desktops don't install it any more, and\n"
               "take it out where they may install by themselves.",
    .min = 2,
    .max = 2,
    .entries = entries,
  };
  g_auto (SutureSession) session = { 0 };

  if (!suture_report_parse (report, &usage, &argc, &argv, error))
    return FALSE;
  if (undo == (reason != NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "either --reason or --undo is needed");
      return FALSE;
    }
  if (reason != NULL && (clean = clean_reason (reason, error)) == NULL)
    return FALSE;
  return suture_session_open (&session, report, argv[1], &options, TRUE, error)
         && withdraw (&session, argv[2], clean, error);
}
