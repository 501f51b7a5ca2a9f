/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/managed.h"

#include <glib/gi18n.h>

#include "client/troubles.h"

char *
suture_managed_line (const SutureManaged *managed)
{
  if (managed->reason[0] == '\0')
    return g_strdup (_("Managed by Your Organization"));
  /* Translators: %s is the reason that the organization gives. */
  return g_strdup_printf (_("Managed by Your Organization: “%s”"), managed->reason);
}

char *
suture_managed_sentence (const SutureManaged *managed)
{
  static const struct
  {
    const char *what;
    const char *sentence;
  } decisions[] = {
    { "automatic", N_ ("Whether improvements are installed automatically is decided.") },
    { "removal", N_ ("Improvements can’t be removed.") },
    { "pause", N_ ("Automatic installation can’t be paused.") },
    { "delay", N_ ("How long improvements wait is decided.") },
    { "metered", N_ ("Whether metered networks are used is decided.") },
    { "hours", N_ ("Improvements are installed automatically at certain hours only.") },
    { "hold", N_ ("Some improvements are held back.") },
    { "approved", N_ ("Only approved improvements are installed.") },
    { "feeds", N_ ("Which sources are used is decided.") },
  };
  g_autofree char *given = suture_wait_reason_given (managed->reason);

  if (g_str_equal (managed->what, "file"))
    {
      g_autofree char *why = suture_trouble_without_stop (managed->reason);

      /* Translators: %s is a technical reason in English, that begins with the name of a file. */
      return g_strdup_printf (_("The policy can’t be used: %s."), why);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (decisions); i++)
    if (g_str_equal (managed->what, decisions[i].what))
      return g_strconcat (_(decisions[i].sentence), given, NULL);
  return g_strconcat (managed->what, ".", given, NULL);
}
