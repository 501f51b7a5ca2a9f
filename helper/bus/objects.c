/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/objects.h"

char *
suture_objects_path (const char *kind, const char *name)
{
  GString *path = g_string_new (NULL);

  g_string_printf (path, SUTURE_BUS_PATH "/%s/", kind);
  for (const char *at = name; *at != '\0'; at++)
    {
      if (g_ascii_isalnum (*at))
        g_string_append_c (path, *at);
      else
        g_string_append_printf (path, "_%02x", (guint8) *at);
    }
  return g_string_free (path, FALSE);
}

void
suture_objects_keep (GDBusObjectManagerServer *server, const char *kind, GHashTable *wanted)
{
  g_autofree char *prefix = suture_objects_path (kind, "");
  GList *objects = g_dbus_object_manager_get_objects (G_DBUS_OBJECT_MANAGER (server));

  for (GList *at = objects; at != NULL; at = at->next)
    {
      g_autofree char *path = g_strdup (g_dbus_object_get_object_path (at->data));

      if (g_str_has_prefix (path, prefix) && !g_hash_table_contains (wanted, path))
        (void) g_dbus_object_manager_server_unexport (server, path);
    }
  g_list_free_full (objects, g_object_unref);
}
