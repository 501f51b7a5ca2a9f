/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/app-names.h"

#include <gio/gdesktopappinfo.h>

#include "client/facts.h"

char *
suture_app_name (const char *id)
{
  g_autofree char *file = g_str_has_suffix (id, ".desktop") ? g_strdup (id) : g_strconcat (id, ".desktop", NULL);
  g_autoptr (GDesktopAppInfo) app = strchr (id, '/') == NULL ? g_desktop_app_info_new (file) : NULL;

  if (app != NULL)
    return suture_facts_clean (g_app_info_get_display_name (G_APP_INFO (app)));
  file[strlen (file) - strlen (".desktop")] = '\0';
  return suture_facts_clean (file);
}

char *
suture_app_name_of_program (const char *program)
{
  g_autolist (GAppInfo) apps = g_app_info_get_all ();

  for (GList *at = apps; at != NULL; at = at->next)
    {
      const char *executable = g_app_info_get_executable (at->data);
      g_autofree char *name = executable != NULL ? g_path_get_basename (executable) : NULL;

      if (g_strcmp0 (name, program) == 0 && g_app_info_should_show (at->data))
        return suture_facts_clean (g_app_info_get_display_name (at->data));
    }
  return suture_facts_clean (program);
}
