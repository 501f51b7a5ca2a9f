/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "base/error.h"
#include "making.h"
#include "rights.h"

#define SUMMARY                                                                                                             \
  "Makes one improvement and puts it into FOLDER/staging.\n\n"                                                              \
  "Packages that have to be replaced together are given together: one --new each,\n"                                        \
  "and one --old each for every version that it shall be made for; the first --old\n"                                       \
  "of each is the first known base, and so on. Or give folders that hold a /usr:\n"                                         \
  "one --new-root, and one --old-root for every known base."

static gboolean
check (const SutureMakingOptions *options, GError **error)
{
  gboolean packages = options->old != NULL && options->fixed != NULL;
  gboolean roots = options->old_roots != NULL && options->new_root != NULL;
  gboolean mixed = (options->old != NULL || options->fixed != NULL) && (options->old_roots != NULL || options->new_root != NULL);
  const char *sentence = NULL;

  if (packages == roots || mixed)
    sentence = "either packages, --old and --new, or root folders, --old-root and --new-root, are needed";
  else if (roots && options->from_changelog)
    sentence = "root folders have no changelog: --from-changelog is for packages, and --notes FILE is needed here";
  else if (packages && options->architecture != NULL)
    sentence = "packages say which architecture they are for: --architecture is for root folders";
  if (sentence != NULL)
    g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, sentence);
  return sentence == NULL;
}

static void
clear (SutureMakingOptions *self)
{
  g_strfreev (self->old);
  g_strfreev (self->fixed);
  g_strfreev (self->old_roots);
  g_strfreev (self->with);
  g_strfreev (self->with_roots);
  g_free ((char *) self->new_root);
  g_free ((char *) self->notes);
  g_free ((char *) self->base);
  g_free ((char *) self->architecture);
}
typedef SutureMakingOptions Given;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Given, clear)

gboolean
suture_command_make (SutureReport *report, int argc, char **argv, GError **error)
{
  g_auto (Given) given = { 0 };
  const GOptionEntry entries[] = {
    { "old", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.old, "A package as it is installed; may be repeated", "OLD.deb" },
    { "new", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.fixed, "The fixed package; may be repeated", "NEW.deb" },
    { "old-root", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.old_roots, "A system's root as it is installed; may be repeated",
      "DIR" },
    { "new-root", 0, 0, G_OPTION_ARG_FILENAME, &given.new_root, "The fixed system's root", "DIR" },
    { "notes", 0, 0, G_OPTION_ARG_FILENAME, &given.notes, "A file that says what is fixed", "FILE" },
    { "from-changelog", 0, 0, G_OPTION_ARG_NONE, &given.from_changelog,
      "Take what is fixed from the package's changelog", NULL },
    { "base", 0, 0, G_OPTION_ARG_STRING, &given.base, "The release it is for (this computer's)", "ID:VERSION" },
    { "architecture", 0, 0, G_OPTION_ARG_STRING, &given.architecture,
      "The architecture of root folders (that of what changes)", "NAME" },
    { "with", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.with,
      "A package to look for units and apps in that run what changes; may be repeated", "FILE.deb" },
    { "with-root", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.with_roots, "The same for a system's root", "DIR" },
    { "take-effects", 0, 0, G_OPTION_ARG_NONE, &given.take_effects,
      "Restart those units and have those apps reopened, as if the notes said so", NULL },
    G_OPTION_ENTRY_NULL,
  };
  const SutureUsage usage = { .arguments = "FOLDER", .summary = SUMMARY, .min = 1, .max = 1, .entries = entries };
  g_autoptr (SutureDepot) depot = NULL;

  if (!suture_report_parse (report, &usage, &argc, &argv, error) || !check (&given, error)
      || !suture_rights_be_root (error))
    return FALSE;
  depot = suture_depot_open (argv[1], error);
  return depot != NULL && suture_making_run (depot, &given, report, error);
}
