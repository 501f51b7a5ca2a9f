/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/distribution.h"

#include "base/name.h"

#define NAME_MAX_BYTES 64 /* it is part of a button */

char *
suture_distribution_short (const char *name)
{
  static const char *const endings[] = { " GNU/Linux", " Linux" };
  g_autofree char *clean = suture_name_clean_text (name != NULL ? name : "", NAME_MAX_BYTES, FALSE);

  g_strstrip (clean);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (clean, endings[i]))
      clean[strlen (clean) - strlen (endings[i])] = '\0';
  g_strstrip (clean);
  if (clean[0] == '\0' || g_str_equal (clean, "Linux"))
    return NULL;
  return g_steal_pointer (&clean);
}

char *
suture_distribution_name (void)
{
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_NAME);

  return suture_distribution_short (name);
}
