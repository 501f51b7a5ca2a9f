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

/* Takes away what there is of @kind and is not among the paths @wanted. */
static void
keep (GDBusObjectManagerServer *server, const char *kind, GHashTable *wanted)
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

static void
publish_one (GDBusObjectManagerServer *server, const SutureObjects *objects, const char *path, gconstpointer value)
{
  g_autoptr (GDBusInterface) there
      = g_dbus_object_manager_get_interface (G_DBUS_OBJECT_MANAGER (server), path, objects->interface);
  g_autoptr (GDBusObjectSkeleton) object = NULL;
  g_autoptr (GDBusInterfaceSkeleton) skeleton = NULL;

  if (there != NULL)
    {
      objects->fill (G_DBUS_INTERFACE_SKELETON (there), value, objects->more);
      g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (there));
      return;
    }
  /* whoever hears of it hears all of it */
  object = g_dbus_object_skeleton_new (path);
  skeleton = objects->make ();
  objects->fill (skeleton, value, objects->more);
  g_dbus_object_skeleton_add_interface (object, skeleton);
  g_dbus_object_manager_server_export (server, object);
}

void
suture_objects_publish (GDBusObjectManagerServer *server, const SutureObjects *objects, GPtrArray *values)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < values->len; i++)
    {
      gconstpointer value = g_ptr_array_index (values, i);
      char *path = suture_objects_path (objects->kind, objects->name (value));

      publish_one (server, objects, path, value);
      g_hash_table_add (wanted, path);
    }
  keep (server, objects->kind, wanted);
}
