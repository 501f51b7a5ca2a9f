/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/software.h"

#include <gio/gdesktopappinfo.h>

/* In the order in which they are looked for. */
static const struct
{
  const char *id;
  const char *option; /* that shows the updates, of one whose desktop file has no action for that: as its --help says */
} centres[] = {
  { "org.gnome.Software.desktop", "--mode=updates" },
  { "org.kde.discover.desktop", "--mode update" },
  { "io.elementary.appcenter.desktop", NULL },
  { "org.gnome.PackageUpdater.desktop", NULL },
  { "update-manager.desktop", NULL },
  { "mintupdate.desktop", NULL },
  { "synaptic.desktop", NULL },
};

/* @option: of centres. NULL where none of them is installed. */
static GDesktopAppInfo *
find_centre (const char **option)
{
  for (gsize i = 0; i < G_N_ELEMENTS (centres); i++)
    {
      /* NULL as well where the program that it names is not there */
      GDesktopAppInfo *found = g_desktop_app_info_new (centres[i].id);

      if (found != NULL)
        {
          *option = centres[i].option;
          return found;
        }
    }
  return NULL;
}

char *
suture_software_name (void)
{
  const char *option = NULL;
  g_autoptr (GDesktopAppInfo) centre = find_centre (&option);

  return centre != NULL ? g_strdup (g_app_info_get_display_name (G_APP_INFO (centre))) : NULL;
}

/* "Updates", "updates" or "Update", or NULL; borrowed. */
static const char *
update_action (GDesktopAppInfo *centre)
{
  const char *const *actions = g_desktop_app_info_list_actions (centre);

  for (gsize i = 0; actions[i] != NULL; i++)
    if (g_ascii_strcasecmp (actions[i], "updates") == 0 || g_ascii_strcasecmp (actions[i], "update") == 0)
      return actions[i];
  return NULL;
}

static gboolean
open_with (GDesktopAppInfo *centre, const char *option, GAppLaunchContext *context, GError **error)
{
  g_autofree char *program = g_shell_quote (g_app_info_get_executable (G_APP_INFO (centre)));
  g_autofree char *command = g_strjoin (" ", program, option, NULL);
  g_autoptr (GAppInfo) shown = g_app_info_create_from_commandline (
      command, g_app_info_get_display_name (G_APP_INFO (centre)), G_APP_INFO_CREATE_SUPPORTS_STARTUP_NOTIFICATION, error);

  return shown != NULL && g_app_info_launch (shown, NULL, context, error);
}

gboolean
suture_software_open (GtkWidget *widget, GError **error)
{
  const char *option = NULL;
  g_autoptr (GDesktopAppInfo) centre = find_centre (&option);
  g_autoptr (GdkAppLaunchContext) context = gdk_display_get_app_launch_context (gtk_widget_get_display (widget));
  const char *action = NULL;

  if (centre == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no software centre is installed");
      return FALSE;
    }
  action = update_action (centre);
  if (action != NULL)
    {
      g_desktop_app_info_launch_action (centre, action, G_APP_LAUNCH_CONTEXT (context));
      return TRUE;
    }
  if (option != NULL)
    return open_with (centre, option, G_APP_LAUNCH_CONTEXT (context), error);
  return g_app_info_launch (G_APP_INFO (centre), NULL, G_APP_LAUNCH_CONTEXT (context), error);
}
