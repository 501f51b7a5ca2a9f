/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* suturectl: the helper over a terminal. It has no right of its own and talks to nothing but the bus. */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#include "base/credential.h"
#include "base/error.h"
#include "client/client.h"
#include "client/sentences.h"
#include "client/sign-in.h"
#include "ctl/agent.h"
#include "ctl/announcement.h"
#include "ctl/choices.h"
#include "ctl/exit-code.h"
#include "ctl/json.h"
#include "ctl/metrics.h"
#include "ctl/progress.h"
#include "ctl/restart.h"
#include "ctl/secret.h"
#include "ctl/text.h"
#include "ctl/usage.h"
#include "ctl/vex.h"

#define HISTORY_PAGE 200 /* records a call; the contract's most */

typedef struct _Ctl Ctl;

typedef struct
{
  const char *name; /* of one word or two */
  int n_arguments;  /* behind it */
  gboolean asks; /* polkit may want a password */
  gboolean plain; /* its output is for programs: nothing else is said */
  void (*run) (Ctl *ctl);
} Command;

struct _Ctl
{
  SutureClient *client;      /* (owned) */
  GMainLoop *loop;           /* (owned) */
  GCancellable *cancellable; /* (owned) */
  SutureProgress *progress;  /* (owned) (nullable) */
  GSubprocess *agent;        /* (owned) (nullable) */
  GPtrArray *records;        /* of SutureRecord (owned) */
  const Command *command;
  const char *argument; /* ID, NAME, on, off or NULL */
  SutureChoice choice;  /* what a command of run_choice () wants */
  gboolean exploited;   /* --exploited */
  char *user;           /* --user (owned) (nullable) */
  char *output;         /* --output (owned) (nullable) */
  gboolean yes;         /* --yes */
  gboolean json;
  int limit; /* records of history, 0: all */
  int code;
};

static void
finish (Ctl *ctl, int code)
{
  ctl->code = code;
  g_main_loop_quit (ctl->loop);
}

/* The end of whatever has no output of its own. @done: said on success. */
static void
finish_result (Ctl *ctl, const GError *error, const char *done)
{
  g_autofree char *json = suture_json_result (error);
  g_autofree char *sentence = error != NULL ? suture_sentence_error (error) : NULL;

  g_clear_pointer (&ctl->progress, suture_progress_free);
  if (ctl->json)
    g_print ("%s", json);
  else if (error == NULL)
    g_print ("%s\n", done);
  else if (error->message[0] != '\0')
    g_printerr ("suturectl: %s (%s)\n", sentence, error->message);
  else
    g_printerr ("suturectl: %s\n", sentence);
  finish (ctl, error != NULL ? (int) suture_exit_code_for_error (error) : SUTURE_EXIT_OK);
}

static void
print_status (Ctl *ctl)
{
  g_autofree char *text = ctl->json ? suture_json_status (ctl->client) : suture_text_status (ctl->client);

  g_print ("%s", text);
}

static void
run_status (Ctl *ctl)
{
  print_status (ctl);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;

  if (!suture_client_run_finish (SUTURE_CLIENT (source), result, &error))
    {
      finish_result (ctl, error, NULL);
      return;
    }
  g_clear_pointer (&ctl->progress, suture_progress_free);
  run_status (ctl);
}

static void
on_installed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  suture_client_run_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (user_data, error, _("Installed."));
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  suture_client_run_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (user_data, error, _("Removed."));
}

/* The timer's. What the next turn mends by itself is no failure of a unit; the helper keeps it as LastError. */
static void
on_automatic_ran (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const int harmless[] = { SUTURE_ERROR_NO_SOURCE, SUTURE_ERROR_RATE_LIMITED, SUTURE_ERROR_NETWORK };
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;

  suture_client_run_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (ctl, error, _("Done."));
  for (gsize i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (g_error_matches (error, SUTURE_ERROR, harmless[i]))
      ctl->code = SUTURE_EXIT_OK;
}

static void
start_work (Ctl *ctl, SutureWork work, GAsyncReadyCallback callback)
{
  if (!ctl->json)
    ctl->progress = suture_progress_new (ctl->client);
  suture_client_run_async (ctl->client, work, ctl->argument, ctl->cancellable, callback, ctl);
}

static void
run_check (Ctl *ctl)
{
  start_work (ctl, SUTURE_WORK_CHECK, on_checked);
}

static void
run_install (Ctl *ctl)
{
  start_work (ctl, SUTURE_WORK_INSTALL, on_installed);
}

static void
run_remove (Ctl *ctl)
{
  start_work (ctl, SUTURE_WORK_REMOVE, on_removed);
}

static void
run_automatically (Ctl *ctl)
{
  start_work (ctl, SUTURE_WORK_AUTOMATIC, on_automatic_ran);
}

static void
on_chosen (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *done = suture_choice_done (&ctl->choice, g_get_real_time () / G_USEC_PER_SEC);

  suture_client_set_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (ctl, error, done);
}

static void
run_choice (Ctl *ctl)
{
  suture_choice_send (&ctl->choice, ctl->client, on_chosen, ctl);
}

static void load_history (Ctl *ctl);

static void
on_history (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = suture_client_get_history_finish (SUTURE_CLIENT (source), result, &error);
  g_autofree char *text = NULL;
  guint n = page != NULL ? page->len : 0;

  if (page == NULL)
    {
      finish_result (ctl, error, NULL);
      return;
    }
  g_ptr_array_extend_and_steal (ctl->records, g_steal_pointer (&page));
  if (n == HISTORY_PAGE && (ctl->limit == 0 || ctl->records->len < (guint) ctl->limit))
    {
      load_history (ctl);
      return;
    }
  text = ctl->json ? suture_json_history (ctl->records) : suture_text_history (ctl->records);
  g_print ("%s", text);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
load_history (Ctl *ctl)
{
  guint have = ctl->records->len;
  guint wanted = ctl->limit > 0 ? MIN ((guint) ctl->limit - have, HISTORY_PAGE) : HISTORY_PAGE;
  guint64 before = have > 0 ? suture_record_get_facts (g_ptr_array_index (ctl->records, have - 1))->id : 0;

  suture_client_get_history_async (ctl->client, before, wanted, on_history, ctl);
}

/* The feed that was named; NULL: it is over. */
static SutureFeed *
find_feed (Ctl *ctl)
{
  SutureFeed *feed = suture_client_find_feed (ctl->client, ctl->argument);
  g_autoptr (GError) error = NULL;

  if (feed != NULL)
    return feed;
  error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no such feed");
  finish_result (ctl, error, NULL);
  return NULL;
}

static void
run_feed_list (Ctl *ctl)
{
  g_autofree char *text = ctl->json ? suture_json_feeds (ctl->client) : suture_text_feeds (ctl->client);

  g_print ("%s", text);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
run_feed_show (Ctl *ctl)
{
  SutureFeed *feed = find_feed (ctl);
  g_autofree char *text = NULL;

  if (feed == NULL)
    return;
  text = ctl->json ? suture_json_feed (suture_feed_get_facts (feed)) : suture_text_feed (suture_feed_get_facts (feed));
  g_print ("%s", text);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  SutureFeed *feed = suture_client_find_feed (ctl->client, ctl->argument);
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  gboolean tried = FALSE;

  if (suture_sign_in_finish (SUTURE_CLIENT (source), result, &tried, &error) && feed != NULL)
    sentence = suture_sentence_signed_in (suture_feed_get_facts (feed), tried);
  finish_result (ctl, error, sentence);
}

static void
run_sign_in (Ctl *ctl)
{
  SutureFeed *feed = find_feed (ctl);
  g_autofree char *prompt = NULL;
  g_autoptr (GError) error = NULL;
  char *secret = NULL;

  if (feed == NULL)
    return;
  prompt = g_strdup_printf (ctl->user != NULL ? _("Password for %s:") : _("Token for %s:"),
                            suture_feed_get_facts (feed)->host);
  secret = suture_secret_read (prompt, &error);
  if (secret == NULL || !suture_credential_check (ctl->user != NULL ? ctl->user : "", secret, &error))
    finish_result (ctl, error, NULL);
  else
    suture_sign_in_async (ctl->client, ctl->argument, ctl->user != NULL ? ctl->user : "", secret, on_signed_in, ctl);
  suture_credential_wipe (secret);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  suture_client_sign_out_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (user_data, error, _("Signed out. What this computer kept for this source is erased."));
}

static void
run_sign_out (Ctl *ctl)
{
  if (find_feed (ctl) != NULL)
    suture_client_sign_out_async (ctl->client, ctl->argument, on_signed_out, ctl);
}

static void
on_local_feed_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;

  suture_client_set_local_feed_finish (SUTURE_CLIENT (source), result, &error);
  finish_result (ctl, error,
                 g_str_equal (ctl->argument, "on") ? _("This computer prepares improvements itself.")
                                                   : _("This computer prepares no improvements itself. What is installed "
                                                       "stays."));
}

static void
run_local_feed (Ctl *ctl)
{
  if (!ctl->json)
    ctl->progress = suture_progress_new (ctl->client);
  suture_client_set_local_feed_async (ctl->client, g_str_equal (ctl->argument, "on"), ctl->cancellable, on_local_feed_set, ctl);
}

static void
run_show (Ctl *ctl)
{
  SutureImprovement *improvement = suture_client_find (ctl->client, ctl->argument);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (improvement == NULL)
    {
      error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no such improvement");
      finish_result (ctl, error, NULL);
      return;
    }
  text = ctl->json ? suture_json_improvement (improvement) : suture_text_improvement (improvement);
  g_print ("%s", text);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
run_vex (Ctl *ctl)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = suture_vex_new (ctl->client, &error);

  if (text == NULL)
    {
      finish_result (ctl, error, NULL);
      return;
    }
  g_print ("%s", text);
  finish (ctl, SUTURE_EXIT_OK);
}

static void
run_metrics (Ctl *ctl)
{
  g_autoptr (GError) error = NULL;

  if (suture_metrics_tell (ctl->client, ctl->output, &error))
    finish (ctl, SUTURE_EXIT_OK);
  else
    finish_result (ctl, error, NULL);
}

static void
on_restarting (GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  suture_restart_finish (result, &error);
  finish_result (user_data, error, _("The computer restarts."));
}

static void
run_restart (Ctl *ctl)
{
  g_autofree char *owed = suture_restart_list_owed (ctl->client);
  SutureRestartKind kind = suture_restart_find_kind ();
  SutureExitCode code = SUTURE_EXIT_OK;

  if (owed == NULL && !ctl->yes)
    finish_result (ctl, NULL, _("Nothing has to be restarted: no program runs an old version. With --yes the computer restarts "
                                "all the same."));
  else if (suture_restart_decide (kind, owed, ctl->yes, ctl->json, &code))
    suture_restart_async (kind, ctl->cancellable, on_restarting, ctl);
  else
    finish (ctl, code);
}

static const Command commands[] = {
  { "status", 0, FALSE, FALSE, run_status },
  { "check", 0, TRUE, FALSE, run_check },
  { "show", 1, FALSE, FALSE, run_show },
  { "install", 1, TRUE, FALSE, run_install },
  { "remove", 1, TRUE, FALSE, run_remove },
  { "history", 0, FALSE, FALSE, load_history },
  { "automatic", 1, TRUE, FALSE, run_choice },
  { "pause", 1, TRUE, FALSE, run_choice },
  { "delay", 1, TRUE, FALSE, run_choice },
  { "metered", 1, TRUE, FALSE, run_choice },
  { "feed list", 0, FALSE, FALSE, run_feed_list },
  { "feed show", 1, FALSE, FALSE, run_feed_show },
  { "feed sign-in", 1, TRUE, FALSE, run_sign_in },
  { "feed sign-out", 1, TRUE, FALSE, run_sign_out },
  { "feed local", 1, TRUE, FALSE, run_local_feed },
  { "vex", 0, FALSE, TRUE, run_vex },
  { "metrics", 0, FALSE, TRUE, run_metrics },
  { "restart", 0, TRUE, FALSE, run_restart },
  { "run-automatic", 0, FALSE, TRUE, run_automatically }, /* for suture-check.service */
};

static void
begin (Ctl *ctl)
{
  if (ctl->command->asks)
    ctl->agent = suture_agent_start ();
  ctl->command->run (ctl);
}

static void
on_announced (gpointer user_data)
{
  begin (user_data);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;

  if (!suture_client_connect_finish (SUTURE_CLIENT (source), result, &error))
    {
      if (ctl->command->run == run_metrics)
        (void) suture_metrics_tell (NULL, ctl->output, NULL);
      finish_result (ctl, error, NULL);
      return;
    }
  if (!ctl->command->plain && !ctl->json)
    suture_announcement_make (ctl->client, on_announced, ctl);
  else
    begin (ctl);
}

/* Once asks the helper to stop, and its result says whether it did; a second time does not wait for that. */
static gboolean
on_interrupt (gpointer user_data)
{
  Ctl *ctl = user_data;

  if (g_cancellable_is_cancelled (ctl->cancellable))
    finish (ctl, SUTURE_EXIT_CANCELLED);
  g_cancellable_cancel (ctl->cancellable);
  return G_SOURCE_CONTINUE;
}

/* *@argument: what stands behind it, or NULL. */
static const Command *
find_command (char **argv, const char **argument)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (GStrv) words = g_strsplit (commands[i].name, " ", 2);
      guint n = 0;

      while (words[n] != NULL && g_strcmp0 (argv[n], words[n]) == 0)
        n++;
      if (words[n] != NULL)
        continue;
      *argument = commands[i].n_arguments > 0 ? argv[n] : NULL;
      return (int) g_strv_length (argv) - (int) n == commands[i].n_arguments ? &commands[i] : NULL;
    }
  return NULL;
}

/* Whether the options and the argument make sense together. */
static gboolean
is_sound (Ctl *ctl)
{
  if (ctl->command == NULL || ctl->limit < 0 || (ctl->user != NULL && ctl->command->run != run_sign_in)
      || (ctl->output != NULL && ctl->command->run != run_metrics) || (ctl->yes && ctl->command->run != run_restart))
    return FALSE;
  if (ctl->command->run == run_choice)
    return suture_choice_parse (&ctl->choice, ctl->command->name, ctl->argument, ctl->exploited,
                                g_get_real_time () / G_USEC_PER_SEC);
  if (ctl->command->run == run_local_feed && !g_str_equal (ctl->argument, "on") && !g_str_equal (ctl->argument, "off"))
    return FALSE;
  return !ctl->exploited;
}

/* TRUE when there is something to do; else @code is set. */
static gboolean
parse (Ctl *ctl, int argc, char **argv)
{
  gboolean version = FALSE;
  const GOptionEntry entries[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &ctl->json, N_ ("Print JSON"), NULL },
          { "limit", 'n', 0, G_OPTION_ARG_INT, &ctl->limit, N_ ("Print at most this many records of history"), "N" },
          { "user", 'u', 0, G_OPTION_ARG_STRING, &ctl->user, N_ ("Sign in with a password of this user, not a token"),
            N_ ("USER") },
          { "exploited", 0, 0, G_OPTION_ARG_NONE, &ctl->exploited, N_ ("Delay fixes for problems being used in attacks as well"),
            NULL },
          { "output", 'o', 0, G_OPTION_ARG_FILENAME, &ctl->output, N_ ("Write the metrics into this file, as a whole"), N_ ("FILE") },
          { "yes", 'y', 0, G_OPTION_ARG_NONE, &ctl->yes, N_ ("Restart without asking"), NULL },
          { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL },
          { NULL, 0, 0, 0, NULL, NULL, NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (_("COMMAND"));
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _("Small security fixes between system updates."));
  g_option_context_set_description (context, suture_usage_commands ());
  ctl->code = SUTURE_EXIT_USAGE;
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("suturectl: %s\n", error->message);
      return FALSE;
    }
  if (version)
    {
      g_print ("suturectl %s\n", SUTURE_VERSION);
      ctl->code = SUTURE_EXIT_OK;
      return FALSE;
    }
  ctl->command = find_command (argv + 1, &ctl->argument);
  if (!is_sound (ctl))
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

      g_printerr ("%s", help);
      return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Ctl ctl = { 0 };

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (!parse (&ctl, argc, argv))
    return ctl.code;
  ctl.loop = g_main_loop_new (NULL, FALSE);
  ctl.cancellable = g_cancellable_new ();
  ctl.records = g_ptr_array_new_with_free_func (g_object_unref);
  ctl.client = suture_client_new (ctl.command->asks);
  g_unix_signal_add (SIGINT, on_interrupt, &ctl);
  suture_client_connect_async (ctl.client, on_connected, &ctl);
  g_main_loop_run (ctl.loop);

  g_clear_pointer (&ctl.progress, suture_progress_free);
  suture_agent_stop (ctl.agent);
  g_ptr_array_unref (ctl.records);
  g_object_unref (ctl.client);
  g_object_unref (ctl.cancellable);
  g_main_loop_unref (ctl.loop);
  g_free (ctl.user);
  g_free (ctl.output);
  return ctl.code;
}
