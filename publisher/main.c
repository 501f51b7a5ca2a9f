/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "command.h"

/* suture-publish, the vendor's side: from an old and a fixed package to a signed improvement in a folder that any web
 * server can serve. */

typedef struct
{
  const char *name;
  gboolean (*run) (SutureReport *report, int argc, char **argv, GError **error);
  const char *unchanged; /* what an error left as it was; NULL: the command says it */
  const char *summary;
} Command;

static const Command commands[] = {
  { "init", suture_command_init, "nothing was made: ", "make a publisher's folder: keys and an empty repository" },
  { "make", suture_command_make, "nothing was staged: ", "make an improvement from old and fixed packages, into staging" },
  { "lint", suture_command_lint, NULL, "check staged improvements the way a desktop will" },
  { "follow", suture_command_follow, NULL, "watch an archive, and stage improvements by itself" },
  { "approve", suture_command_approve, NULL, "look at what was staged by itself, sign and publish it" },
  { "simulate", suture_command_simulate, NULL, "play an improvement against a fleet of machines" },
  { "publish", suture_command_publish, NULL, "check, sign and publish what is staged" },
  { "rollout", suture_command_rollout, NULL, "spread an improvement over time" },
  { "withdraw", suture_command_withdraw, NULL, "take a published improvement back" },
  { "refresh", suture_command_refresh, NULL, "renew the signatures, from cron or a timer" },
  { "show", suture_command_show, NULL, "show roles, keys and improvements" },
  { "key", suture_command_key, NULL, "change who may sign" },
  { "sign", suture_command_sign, NULL, "sign what waits for it" },
  { "log", suture_command_log, NULL, "tell, or check, what was ever published" },
  { "discard", suture_command_discard, NULL, "remove staged improvements" },
  { "restore", suture_command_restore, NULL, "put what was published into the repository again" },
};

static void
usage (FILE *to)
{
  fprintf (to, "Usage: suture-publish COMMAND FOLDER [OPTION…]\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf (to, "\nsuture-publish COMMAND --help shows the options of a command, suture-publish --version the version.\n"
               "It exits with 1 when a command fails, and with 3 when what was asked for waits for signatures.\n");
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i].name))
      return &commands[i];
  return NULL;
}

/* --json counts for an error in the other options, too. */
static gboolean
wants_json (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    if (g_str_equal (argv[i], "--json"))
      return TRUE;
  return FALSE;
}

static int
run (const Command *command, int argc, char **argv)
{
  g_autofree char *program = g_strconcat ("suture-publish ", command->name, NULL);
  g_autoptr (SutureReport) report = suture_report_new (wants_json (argc, argv));
  g_autoptr (GError) error = NULL;

  g_set_prgname (program); /* in the command's help */
  if (command->run (report, argc, argv, &error))
    g_clear_error (&error);
  suture_report_finish (report, program, command->unchanged, error);
  return error == NULL ? suture_report_status (report) : 1;
}

/* There is no command @argv[0]. */
static int
refuse (int argc, char **argv)
{
  g_autoptr (SutureReport) report = suture_report_new (wants_json (argc, argv));
  g_autoptr (GError) error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT,
                                          "there is no command \"%s\"; suture-publish --help lists them", argv[0]);

  suture_report_finish (report, "suture-publish", NULL, error);
  return 2;
}

/* The command @argv[0], with what is behind it. */
static int
run_named (int argc, char **argv)
{
  const Command *command = find_command (argv[0]);

  return command != NULL ? run (command, argc, argv) : refuse (argc, argv);
}

/* "help", or "help COMMAND" for what that one says of itself. */
static int
help (const char *name)
{
  char *const words[] = { (char *) name, "--help", NULL };

  if (name != NULL)
    return run_named (2, (char **) words);
  usage (stdout);
  return 0;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  umask (022);
  if (argc < 2)
    {
      usage (stderr);
      return 2;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    return help (argv[2]);
  if (g_str_equal (argv[1], "--version"))
    {
      printf ("suture-publish %s\n", SUTURE_VERSION);
      return 0;
    }
  return run_named (argc - 1, argv + 1);
}
