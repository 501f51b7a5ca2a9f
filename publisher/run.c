/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/error.h"

/* Where Debian has the programs. */
static const struct
{
  const char *program;
  const char *package;
} packages[] = {
  { "dpkg-deb", "dpkg" },
  { "dpkg", "dpkg" },
  { "mkfs.erofs", "erofs-utils" },
  { "fsck.erofs", "erofs-utils" },
  { "veritysetup", "cryptsetup-bin" },
  { "apt-get", "apt" },
  { "apt-cache", "apt" },
};

static void
set_missing (GError **error, const char *program, const char *why)
{
  for (gsize i = 0; i < G_N_ELEMENTS (packages); i++)
    if (g_str_equal (packages[i].program, program))
      {
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE,
                     "%s could not be run (Debian has it in the package %s): %s", program, packages[i].package, why);
        return;
      }
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "%s could not be run: %s", program, why);
}

/* What a program gets besides its words; NULL or 0 for what it does not. */
typedef struct
{
  const char *folder, *variable, *value;
  guint seconds; /* of computing; then it gets SIGXCPU */
} SutureRun;

/* In the child: what it does is of no use when this program is gone, and its files are somebody else's then. */
static void
prepare_child (gpointer user_data)
{
  const SutureRun *how = user_data;
  const struct rlimit limit = { .rlim_cur = how->seconds, .rlim_max = how->seconds + 1 };

  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (how->seconds > 0)
    (void) setrlimit (RLIMIT_CPU, &limit);
}

/* Runs @argv. What it wrote to standard output, and *@complaint to standard error; NULL when it did not run. */
static char *
spawn (const char *const *argv, const SutureRun *how, GSubprocess **ended, char **complaint, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE
                                   | G_SUBPROCESS_FLAGS_SEARCH_PATH_FROM_ENVP);
  /* veritysetup needs no rights, but lies where only root's PATH leads */
  g_autofree char *path = g_strdup_printf ("%s:/usr/sbin:/sbin", g_getenv ("PATH") != NULL ? g_getenv ("PATH") : "/usr/bin");
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) why = NULL;
  g_autofree char *output = NULL;

  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_setenv (launcher, "PATH", path, TRUE);
  g_subprocess_launcher_setenv (launcher, "TZ", "UTC", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, prepare_child, (gpointer) how, NULL);
  if (how->variable != NULL)
    g_subprocess_launcher_setenv (launcher, how->variable, how->value, TRUE);
  if (how->folder != NULL)
    g_subprocess_launcher_set_cwd (launcher, how->folder);
  process = g_subprocess_launcher_spawnv (launcher, argv, &why);
  if (process == NULL)
    {
      set_missing (error, argv[0], why->message);
      return NULL;
    }
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &output, complaint, &why))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s: %s", argv[0], why->message);
      return NULL;
    }
  *ended = g_steal_pointer (&process);
  return g_steal_pointer (&output);
}

char *
suture_run (const char *const *argv, GError **error)
{
  return suture_run_in (argv, NULL, NULL, NULL, error);
}

char *
suture_run_in (const char *const *argv, const char *folder, const char *variable, const char *value, GError **error)
{
  const SutureRun how = { .folder = folder, .variable = variable, .value = value };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *complaint = NULL;
  g_autofree char *output = spawn (argv, &how, &process, &complaint, error);

  if (output == NULL || g_subprocess_get_successful (process))
    return g_steal_pointer (&output);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s failed: %s", argv[0], g_strstrip (complaint));
  return NULL;
}

char *
suture_run_status (const char *const *argv, guint seconds, int *status, GError **error)
{
  const SutureRun how = { .seconds = seconds };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *complaint = NULL;
  g_autofree char *output = spawn (argv, &how, &process, &complaint, error);

  if (output == NULL)
    return NULL;
  if (!g_subprocess_get_if_exited (process))
    {
      if (g_subprocess_get_if_signaled (process) && g_subprocess_get_term_sig (process) == SIGXCPU)
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s computed for more than %u seconds, and was stopped", argv[0],
                     seconds);
      else
        g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s was killed", argv[0]);
      return NULL;
    }
  *status = g_subprocess_get_exit_status (process);
  return g_steal_pointer (&output);
}
