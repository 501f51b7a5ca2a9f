/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* suture-activate: root's side of every change. Started by its socket with a connection as descriptor 3 and no argument;
 * by suture-boot.service with --boot and --boot-end, and suture-boot-complete.service with --boot-complete; by maintainer scripts with --local on|off; by suture-step-aside with --reconsider --inside-dpkg; by suture-reconsider.service with --reconsider --after-dpkg. No
 * argument names a file. */

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "activate/boot.h"
#include "activate/guard.h"
#include "activate/install.h"
#include "activate/local-feed.h"
#include "activate/revive.h"
#include "activate/settle.h"
#include "activate/unmerged.h"
#include "base/error.h"
#include "restart/restart.h"

#define LOCAL_USER "suture-local"
#define CONNECTION 3       /* sd_listen_fds(3): the first descriptor that systemd passes */
#define RECEIVE_SECONDS 30 /* of silence */
#define SEND_SECONDS 10
#define LOCK_SECONDS 45
#define DRAIN_SECONDS 2
#define POLL_SECONDS 2

typedef struct
{
  SutureRequest *request;
  gboolean boot;        /* no bus is there yet */
  gboolean inside_dpkg; /* the caller is dpkg's own hook, so its lock is no obstacle */
} Job;

/* suture-boot.service is started when the package is configured, too: in the middle of dpkg's run, whose later packages
 * could not be written to what is merged. The hook that ends the run merges then. */
static gboolean
keep_only (void)
{
  g_autoptr (GError) why = NULL;

  if (suture_guard_package_manager (&why))
    return FALSE;
  g_message ("nothing is merged now: %s", why->message);
  return TRUE;
}

/* Counts this start before anything is merged. Where that can't be written, it is merged all the same: what is installed has been
 * good for longer than the disk has been full. */
static void
begin (SutureBoot *boot, SutureShelf *shelf)
{
  g_autoptr (GPtrArray) installed = suture_shelf_list (shelf, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *current = suture_boot_current (!suture_boot_is_without (boot));
  g_auto (GStrv) ids = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; installed != NULL && i < installed->len; i++)
    g_strv_builder_add (builder, ((SutureInstalled *) installed->pdata[i])->id);
  ids = g_strv_builder_end (builder);
  if (suture_boot_begin (boot, current, (const char *const *) ids))
    g_warning ("%d starts of the computer in a row did not finish: what was installed before them is left out",
               SUTURE_BOOT_TRIES);
  if (suture_boot_is_without (boot))
    g_message ("this start goes without improvements: " SUTURE_BOOT_WORD " is on the kernel's command line");
  if (!suture_boot_save (boot, &error))
    g_warning ("this start is not counted: %s", error->message);
}

static gboolean
change (const Job *job, SutureShelf *shelf, const SutureReply *reply, GError **error)
{
  g_auto (SutureFd) lock = suture_guard_lock (LOCK_SECONDS, error);
  g_autoptr (SutureBoot) boot = lock >= 0 ? suture_boot_load () : NULL;

  if (lock >= 0 && job->boot)
    begin (boot, shelf);
  if (lock < 0 || (!job->boot && !job->inside_dpkg && !suture_guard_package_manager (error))
      || !suture_unmerged_keep (error))
    return FALSE;
  if (job->boot && keep_only ())
    return TRUE;
  switch (job->request->kind)
    {
    case SUTURE_REQUEST_INSTALL:
      return suture_install (shelf, boot, job->request, reply, error);
    case SUTURE_REQUEST_REMOVE:
      return suture_remove (shelf, boot, job->request->id, reply, error);
    case SUTURE_REQUEST_RECONSIDER:
      return suture_reconsider (shelf, boot, job->inside_dpkg, reply, error);
    case SUTURE_REQUEST_LIST:
    case SUTURE_REQUEST_LOCAL_ON:
    case SUTURE_REQUEST_LOCAL_OFF:
    default:
      return TRUE;
    }
}

/* What is looked for in running programs: everything installed, and what was removed since the start. */
static GPtrArray *
improvements (GPtrArray *installed)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_scanned_free);
  g_autoptr (GPtrArray) removed = suture_shelf_removed ();

  for (guint i = 0; i < installed->len; i++)
    {
      SutureManifest *manifest = ((SutureInstalled *) installed->pdata[i])->manifest;

      g_ptr_array_add (all, suture_scanned_new (manifest, suture_settle_is_merged (manifest)));
    }
  for (guint i = 0; i < removed->len; i++)
    if (suture_shelf_find (installed, ((SutureManifest *) removed->pdata[i])->id) == NULL)
      g_ptr_array_add (all, suture_scanned_new (removed->pdata[i], FALSE));
  return all;
}

static gboolean
run (const Job *job, const SutureReply *reply, JsonArray **active, JsonArray **units, GError **error)
{
  g_autoptr (SutureShelf) shelf = NULL;
  g_autoptr (GPtrArray) installed = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gboolean list = job->request->kind == SUTURE_REQUEST_LIST;
  gboolean ok;

  if (!suture_guard_namespace (error))
    return FALSE;
  shelf = suture_shelf_open (error);
  if (shelf == NULL)
    return FALSE;
  /* a list takes the lock only if the unmerged /usr has to be kept first; afterwards everyone may look at any time */
  ok = list && suture_unmerged_is_kept () ? TRUE : change (job, shelf, reply, error);
  installed = suture_shelf_list (shelf, ok ? error : NULL);
  if (installed == NULL)
    return FALSE;
  if (suture_unmerged_is_kept ())
    {
      g_autoptr (SutureBoot) boot = suture_boot_load ();

      json_array_unref (*active);
      *active = suture_settle_report (shelf, boot, installed);
    }
  if (!ok || job->boot)
    return ok;
  if (job->request->kind == SUTURE_REQUEST_REMOVE)
    suture_revive_run (job->request->id);
  all = improvements (installed);
  if (!list)
    suture_reply_progress (reply, "restarting");
  json_array_unref (*units);
  *units = suture_restart_run (all, SUTURE_SCAN_SECONDS, !list,
                               job->request->kind == SUTURE_REQUEST_INSTALL ? job->request->id : NULL);
  if (job->request->kind == SUTURE_REQUEST_INSTALL)
    suture_revive_remember (job->request->id, *units);
  return TRUE;
}

/* Changes no merge, so that neither a package manager nor a chroot is in its way: packages' own scripts ask for it. */
static gboolean
set_local_feed (gboolean on, GError **error)
{
  const struct passwd *owner = on ? getpwnam (LOCAL_USER) : NULL;

  if (!on)
    return suture_local_feed_set_off (error);
  if (owner != NULL)
    return suture_local_feed_set_on (owner->pw_uid, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "there is no user " LOCAL_USER " on this computer");
  return FALSE;
}

static gboolean
is_about_local_feed (const SutureRequest *request)
{
  return request->kind == SUTURE_REQUEST_LOCAL_ON || request->kind == SUTURE_REQUEST_LOCAL_OFF;
}

/* Runs @job and tells the outcome. Returns the exit status. */
static int
finish (const Job *job, const SutureReply *reply, GError *error)
{
  g_autoptr (GError) failure = error;
  JsonArray *active = json_array_new ();
  JsonArray *units = json_array_new ();

  if (failure == NULL && is_about_local_feed (job->request))
    (void) set_local_feed (job->request->kind == SUTURE_REQUEST_LOCAL_ON, &failure);
  else if (failure == NULL && !run (job, reply, &active, &units, &failure) && reply->socket >= 0)
    g_warning ("%s", failure->message);
  suture_reply_result (reply, failure, active, units);
  return failure == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What a refused peer still had to say is read and thrown away, so that its writing does not fail before it sees the
 * answer. */
static void
drain (void)
{
  char waste[4096];
  const struct timeval brief = { .tv_sec = DRAIN_SECONDS };

  (void) shutdown (CONNECTION, SHUT_WR);
  (void) setsockopt (CONNECTION, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
  for (gsize read = 0; read < SUTURE_BUNDLE_BYTES_MAX;)
    {
      ssize_t n = recv (CONNECTION, waste, sizeof waste, 0);

      if (n <= 0)
        return;
      read += (gsize) n;
    }
}

static int
serve (void)
{
  const struct timeval receive = { .tv_sec = RECEIVE_SECONDS }, send = { .tv_sec = SEND_SECONDS };
  SutureReply reply = { CONNECTION };
  Job job = { NULL, FALSE, FALSE };
  g_autoptr (SutureRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;

  if (fstat (CONNECTION, &status) < 0 || !S_ISSOCK (status.st_mode))
    {
      g_printerr ("suture-activate: started without a connection; suture-activate.socket does it\n");
      return EXIT_FAILURE;
    }
  if (!suture_guard_peer (CONNECTION, &error))
    {
      g_warning ("%s", error->message);
      return EXIT_FAILURE; /* a stranger is not even answered */
    }
  if (setsockopt (CONNECTION, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive) < 0
      || setsockopt (CONNECTION, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof send) < 0)
    suture_error_set_errno (&error, errno, "could not bound the waiting for the connection");
  if (error == NULL)
    request = suture_request_receive (CONNECTION, &error);
  job.request = request;
  /* what was asked for and refused is no failure of this unit */
  (void) finish (&job, &reply, g_steal_pointer (&error));
  drain ();
  return EXIT_SUCCESS;
}

/* Waits until no package manager is at work. FALSE when its own hook saw to everything meanwhile. */
static gboolean
wait_for_dpkg (void)
{
  while (access (SUTURE_GUARD_ASIDE_FILE, F_OK) == 0)
    {
      if (suture_guard_package_manager (NULL))
        return TRUE;
      g_usleep (POLL_SECONDS * G_USEC_PER_SEC);
    }
  return FALSE;
}

static int
by_word (gboolean boot, gboolean inside_dpkg)
{
  SutureRequest request = { .kind = SUTURE_REQUEST_RECONSIDER, .image = -1 };
  SutureReply reply = { -1 };
  Job job = { &request, boot, inside_dpkg };
  int status;

  /* packages are being changed in a chroot or a container, which is no concern of the system's */
  if (inside_dpkg && !suture_guard_namespace (NULL))
    return EXIT_SUCCESS;
  status = finish (&job, &reply, NULL);
  (void) unlink (SUTURE_GUARD_ASIDE_FILE);
  return status;
}

/* How this start went on. Changes no merge. */
static int
by_word_start (void (*note) (SutureBoot *, const char *))
{
  g_autoptr (GError) error = NULL;
  g_auto (SutureFd) lock = suture_guard_lock (LOCK_SECONDS, &error);
  g_autoptr (SutureBoot) boot = lock >= 0 ? suture_boot_load () : NULL;
  g_autofree char *current = suture_boot_current (FALSE);

  if (boot != NULL)
    note (boot, current);
  if (boot != NULL && suture_boot_save (boot, &error))
    return EXIT_SUCCESS;
  g_printerr ("suture-activate: %s\n", error->message);
  return EXIT_FAILURE;
}

static int
by_word_local (gboolean on)
{
  g_autoptr (GError) error = NULL;

  if (set_local_feed (on, &error))
    return EXIT_SUCCESS;
  g_printerr ("suture-activate: %s\n", error->message);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_set_prgname ("suture-activate");
  /* nothing of a caller's environment reaches a library or a program started from here */
  clearenv ();
  umask (0077);
  if (geteuid () != 0)
    {
      g_printerr ("suture-activate: this needs root\n");
      return EXIT_FAILURE;
    }
  if (argc == 1)
    return serve ();
  if (argc == 2 && g_str_equal (argv[1], "--boot"))
    return by_word (TRUE, FALSE);
  if (argc == 2 && g_str_equal (argv[1], "--boot-complete"))
    return by_word_start (suture_boot_complete);
  if (argc == 2 && g_str_equal (argv[1], "--boot-end"))
    return by_word_start (suture_boot_end);
  if (argc == 2 && g_str_equal (argv[1], "--reconsider"))
    return by_word (FALSE, FALSE);
  if (argc == 3 && g_str_equal (argv[1], "--reconsider") && g_str_equal (argv[2], "--inside-dpkg"))
    return by_word (FALSE, TRUE);
  if (argc == 3 && g_str_equal (argv[1], "--reconsider") && g_str_equal (argv[2], "--after-dpkg"))
    return wait_for_dpkg () ? by_word (FALSE, FALSE) : EXIT_SUCCESS;
  if (argc == 3 && g_str_equal (argv[1], "--local") && g_str_equal (argv[2], "on"))
    return by_word_local (TRUE);
  if (argc == 3 && g_str_equal (argv[1], "--local") && g_str_equal (argv[2], "off"))
    return by_word_local (FALSE);
  g_printerr ("usage: suture-activate [--boot | --boot-complete | --boot-end | --reconsider [--inside-dpkg | --after-dpkg] | "
              "--local on|off]\n");
  return EXIT_FAILURE;
}
