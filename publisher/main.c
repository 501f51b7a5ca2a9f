/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "command.h"

/* suture-publish, the vendor's side: from an old and a fixed package to a signed improvement in a folder that any web
 * server can serve. */

static const struct
{
  const char *name;
  gboolean (*run) (int argc, char **argv, GError **error);
  const char *summary;
} commands[] = {
  { "init", suture_command_init, "make a publisher's folder: keys and an empty repository" },
  { "make", suture_command_make, "make an improvement from old and fixed packages, into staging" },
  { "lint", suture_command_lint, "check staged improvements the way a desktop will" },
  { "publish", suture_command_publish, "check, sign and publish what is staged; renew the signatures" },
};

static void
usage (FILE *to)
{
  fprintf (to, "Usage: suture-publish COMMAND FOLDER [OPTION…]\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-9s %s\n", commands[i].name, commands[i].summary);
  fprintf (to, "\nsuture-publish COMMAND --help shows the options of a command.\n");
}

static gboolean
write_map (const char *path, const char *text, GError **error)
{
  g_auto (SutureFd) fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return suture_error_set_errno (error, errno, "could not open %s", path);
  return suture_file_write_all (fd, text, strlen (text), error);
}

/* Images belong to root, and so has what they are compared with. Who is not root becomes it in a user namespace of this
 * process alone, where every file is the caller's own. */
static gboolean
be_root (GError **error)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  g_autofree char *uids = g_strdup_printf ("0 %u 1", uid);
  g_autofree char *gids = g_strdup_printf ("0 %u 1", gid);

  if (uid == 0)
    return TRUE;
  if (unshare (CLONE_NEWUSER) < 0)
    return suture_error_set_errno (error, errno, "could not make a user namespace; run this as root instead");
  return write_map ("/proc/self/setgroups", "deny", error) && write_map ("/proc/self/uid_map", uids, error)
         && write_map ("/proc/self/gid_map", gids, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  umask (022);
  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    {
      usage (argc < 2 ? stderr : stdout);
      return argc < 2 ? 2 : 0;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      {
        if (be_root (&error) && commands[i].run (argc - 1, argv + 1, &error))
          return 0;
        fprintf (stderr, "suture-publish %s: %s\n", argv[1], error->message);
        return 1;
      }
  usage (stderr);
  return 2;
}
