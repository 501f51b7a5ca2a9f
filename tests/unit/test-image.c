/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-manifest.h"
#include "test-tree.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "verify/image.h"

#define LIBRARY "/usr/lib/libdemo.so.1"
#define PROGRAM "/usr/libexec/new/demo"
#define LINK "/usr/lib/libdemo.so"
#define RELEASE "/usr/lib/extension-release.d/extension-release.suture-demo-a"
#define RELEASE_TEXT "ID=debian\nVERSION_ID=12\nARCHITECTURE=x86-64\n"

/* An image that is right in everything, and the /usr that it is for. */
typedef struct
{
  char *base, *image;
  SutureManifest *manifest;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const char *const old[] = { "old" };
  const char *const none[] = { NULL };
  g_autofree char *library = test_manifest_file (LIBRARY, "fixed", old, 1);
  g_autofree char *program = test_manifest_file (PROGRAM, "new", none, 1);
  g_autofree char *files
      = g_strdup_printf ("{ \"path\": \"" LINK "\", \"type\": \"symlink\", \"target\": \"libdemo.so.1\","
                         "\"old\": [ \"libdemo.so.0\" ] }, %s, %s", library, program);
  g_autoptr (GBytes) json = test_manifest_json (&(TestManifest){ .files = files });
  g_autoptr (GError) error = NULL;

  self->manifest = suture_manifest_parse (json, &error);
  g_assert_no_error (error);
  self->base = test_tree_new ();
  test_tree_write (self->base, LIBRARY, "old", 0644);
  test_tree_link (self->base, LINK, "libdemo.so.0");
  self->image = test_tree_new ();
  test_tree_write (self->image, LIBRARY, "fixed", 0644);
  test_tree_write (self->image, PROGRAM, "new", 0644);
  test_tree_link (self->image, LINK, "libdemo.so.1");
  test_tree_write (self->image, RELEASE, RELEASE_TEXT, 0644);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  suture_manifest_unref (self->manifest);
  test_tree_remove (self->base);
  test_tree_remove (self->image);
  g_free (self->base);
  g_free (self->image);
}

static void
check (Fixture *self, GError **error)
{
  g_auto (SutureFd) usr = test_tree_open (self->base, "/usr");
  g_auto (SutureFd) image = test_tree_open (self->image, "");
  gboolean good = suture_image_check (self->manifest, image, usr, error);

  g_assert_cmpint (good, ==, *error == NULL);
}

static void
test_good (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = suture_image_release_path (self->manifest);
  g_autofree char *text = suture_image_release_text (self->manifest);

  g_assert_cmpstr (path, ==, RELEASE);
  g_assert_cmpstr (text, ==, RELEASE_TEXT);
  check (self, &error);
  g_assert_no_error (error);
}

/* Each of these breaks one thing of a good image (or of its base). */

static char *
at (const char *top, const char *path)
{
  return g_strconcat (top, path, NULL);
}

static void
set_mode (const char *top, const char *path, guint mode)
{
  g_autofree char *full = at (top, path);

  g_assert_no_errno (chmod (full, mode));
}

static void
set_attribute (const char *top, const char *path, const char *name)
{
  /* struct vfs_cap_data of linux/capability.h, revision 2, without any capability */
  const guint8 value[20] = { 0, 0, 0, 2 };
  g_autofree char *full = at (top, path);

  g_assert_no_errno (setxattr (full, name, value, sizeof value, 0));
}

static void unlisted_file (Fixture *f) { test_tree_write (f->image, "/usr/lib/extra", "x", 0644); }
static void unlisted_link (Fixture *f) { test_tree_link (f->image, "/usr/lib/extra", "x"); }
static void unlisted_folder (Fixture *f) { test_tree_write (f->image, "/usr/share/x", "x", 0644); }
static void outside_usr (Fixture *f) { test_tree_write (f->image, "/etc/passwd", "x", 0644); }
static void file_missing (Fixture *f) { test_tree_unlink (f->image, LIBRARY); }
static void link_missing (Fixture *f) { test_tree_unlink (f->image, LINK); }
static void release_missing (Fixture *f) { test_tree_unlink (f->image, RELEASE); }
static void release_other (Fixture *f) { test_tree_write (f->image, RELEASE, "ID=_any\n", 0644); }
static void release_more (Fixture *f) { test_tree_write (f->image, RELEASE, RELEASE_TEXT "SYSEXT_LEVEL=1\n", 0644); }
static void release_mode (Fixture *f) { set_mode (f->image, RELEASE, 0666); }
static void release_named (Fixture *f) { test_tree_write (f->image, RELEASE "-b", RELEASE_TEXT, 0644); }
static void bytes (Fixture *f) { test_tree_write (f->image, LIBRARY, "fixes", 0644); }
static void size (Fixture *f) { test_tree_write (f->image, LIBRARY, "fixed!", 0644); }
static void set_user_id (Fixture *f) { set_mode (f->image, LIBRARY, 04644); }
static void world_writable (Fixture *f) { set_mode (f->image, PROGRAM, 0646); }
static void base_mode (Fixture *f) { set_mode (f->base, LIBRARY, 0755); }
static void folder_mode (Fixture *f) { set_mode (f->image, "/usr/lib", 0777); }
static void folder_closed (Fixture *f) { set_mode (f->base, "/usr/lib", 0700); }
static void new_folder_mode (Fixture *f) { set_mode (f->image, "/usr/libexec/new", 0775); }
static void usr_mode (Fixture *f) { set_mode (f->image, "/usr", 0711); }
static void top_mode (Fixture *f) { set_mode (f->image, "", 0700); }
static void capability (Fixture *f) { set_attribute (f->image, LIBRARY, "security.capability"); }
static void base_capability (Fixture *f) { set_attribute (f->base, LIBRARY, "security.capability"); }
static void folder_attribute (Fixture *f) { set_attribute (f->image, "/usr/libexec", "security.capability"); }
static void top_attribute (Fixture *f) { set_attribute (f->image, "", "security.capability"); }

static void
link_target (Fixture *f)
{
  test_tree_unlink (f->image, LINK);
  test_tree_link (f->image, LINK, "/tmp/libdemo.so.1");
}

static void
link_for_file (Fixture *f)
{
  test_tree_unlink (f->image, LIBRARY);
  test_tree_link (f->image, LIBRARY, "libdemo.so");
}

static void
file_for_link (Fixture *f)
{
  test_tree_unlink (f->image, LINK);
  test_tree_write (f->image, LINK, "libdemo.so.1", 0644);
}

static void
base_folder (Fixture *f)
{
  test_tree_unlink (f->base, LIBRARY);
  test_tree_write (f->base, LIBRARY "/x", "x", 0644);
}

static void
base_link_for_folder (Fixture *f)
{
  test_tree_write (f->base, "/usr/elsewhere/x", "x", 0644);
  test_tree_link (f->base, "/usr/libexec", "elsewhere");
}

static void
fifo (Fixture *f)
{
  g_autofree char *full = at (f->image, LIBRARY);

  test_tree_unlink (f->image, LIBRARY);
  g_assert_no_errno (mkfifo (full, 0644));
}

static void
hard_link (Fixture *f)
{
  g_autofree char *from = at (f->image, LIBRARY);
  g_autofree char *outside = at (f->base, "/alias");

  g_assert_no_errno (link (from, outside));
}

static void
owner (Fixture *f)
{
  g_autofree char *full = at (f->image, LIBRARY);

  g_assert_no_errno (chown (full, 1, 0));
}

static void
group (Fixture *f)
{
  g_autofree char *full = at (f->image, "/usr/lib");

  g_assert_no_errno (chown (full, 0, 1));
}

static void
base_owner (Fixture *f)
{
  g_autofree char *full = at (f->base, LIBRARY);

  g_assert_no_errno (chown (full, 0, 1));
}

#define ROW(name, complaint) { #name, name, complaint }
typedef struct
{
  const char *name;
  void (*break_it) (Fixture *fixture);
  const char *complaint;
} Row;

static const Row rows[] = {
  ROW (unlisted_file, "does not list"), ROW (unlisted_link, "does not list"), ROW (unlisted_folder, "nothing listed"),
  ROW (outside_usr, "nothing listed"), ROW (file_missing, "missing"), ROW (link_missing, "missing"),
  ROW (release_missing, "missing"), ROW (release_other, "base"), ROW (release_more, "base"),
  ROW (release_mode, "base"), ROW (release_named, "does not list"), ROW (bytes, "digest"), ROW (size, "size"),
  ROW (set_user_id, "mode"), ROW (world_writable, "mode"), ROW (base_mode, "mode"), ROW (folder_mode, "mode"),
  ROW (folder_closed, "mode"), ROW (new_folder_mode, "0755"), ROW (usr_mode, "mode"), ROW (top_mode, "0755"),
  ROW (capability, "extended"), ROW (base_capability, "capabilities"), ROW (folder_attribute, "extended"),
  ROW (top_attribute, "extended"), ROW (link_target, "another place"), ROW (link_for_file, "does not list"),
  ROW (file_for_link, "does not list"), ROW (base_folder, "mode or owner"), ROW (base_link_for_folder, "none on this"),
  ROW (fifo, "neither"), ROW (hard_link, "more than one name"),
};

/* What only a real root can set up: a user namespace of one user has nobody else to give files to. */
static const Row owner_rows[] = {
  ROW (owner, "root"), ROW (group, "root"), ROW (base_owner, "owner"),
};

static void
test_refused (Fixture *self, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;

  row->break_it (self);
  check (self, &error);
  g_assert_nonnull (error);
  g_assert_true (error->domain == SUTURE_ERROR);
  if (strstr (error->message, row->complaint) == NULL)
    g_error ("\"%s\" does not speak of %s", error->message, row->complaint);
}

static void
test_paths (void)
{
  const char *const allowed[]
      = { "/usr/bin/sudo", "/usr/sbin/nginx", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/lib64/ld-linux-x86-64.so.2",
          "/usr/lib/systemd/systemd", "/usr/lib/polkit-1/polkitd", "/usr/lib/x86_64-linux-gnu/security/pam_unix.so",
          "/usr/libexec/x", "/usr/share/x/y", "/usr/lib/NetworkManager/nm-dispatcher",
          "/usr/lib/python3/dist-packages/x/__init__.py" };
  const char *const refused[]
      = { "usr/bin/x", "/usr/bin", "/usr/bin/", "/usr/bin//x", "/usr/bin/./x", "/usr/bin/../x", "/bin/x", "/etc/x",
          "/usr/local/bin/x", "/usr/include/x", "/usr/src/x", "/usr/binx/y", "/usr/bin/a\nb", "/usr/bin/\xff", "",
          "/usr/share/polkit-1/actions/x.policy", "/usr/share/polkit-1/rules.d/x.rules", "/usr/share/polkit-1",
          "/usr/share/dbus-1/system.d/x.conf", "/usr/lib/systemd/system/x.service",
          "/usr/lib/systemd/user/x.service", "/usr/lib/systemd/system-generators/x",
          "/usr/lib/systemd/system/x.service.d/y.conf", "/usr/lib/udev/rules.d/x.rules", "/usr/lib/sysusers.d/x.conf",
          "/usr/lib/tmpfiles.d/x.conf", "/usr/lib/pam.d/x", "/usr/share/pam-configs/x", "/usr/lib/ld.so.conf",
          "/usr/lib/os-release", "/usr/lib/extension-release.d/extension-release.x", "/usr/bin/suturectl",
          "/usr/libexec/suture-activate", "/usr/lib/suture/feeds.d/x.conf", "/usr/share/suture/x",
          "/usr/share/applications/org.suture.PrivacySecurity.desktop", "/usr/share/factory/etc/pam.d/other",
          "/usr/lib/userdb/x.user", "/usr/lib/repart.d/x.conf", "/usr/share/initramfs-tools/hooks/x",
          "/usr/lib/NetworkManager/dispatcher.d/x", "/usr/lib/python3/dist-packages/x.pth",
          "/usr/lib/python3.11/sitecustomize.py", "/usr/lib/python3/dist-packages/usercustomize.py",
          "/usr/share/lightdm/lightdm.conf.d/x.conf" };

  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    {
      g_autoptr (GError) error = NULL;

      suture_image_path_is_allowed (allowed[i], &error);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      if (suture_image_path_is_allowed (refused[i], &error))
        g_error ("%s is allowed", refused[i]);
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

static void
add_row (const Row *row)
{
  g_autofree char *path = g_strconcat ("/image/refused/", row->name, NULL);

  g_test_add (path, Fixture, row, set_up, test_refused, tear_down);
}

int
main (int argc, char **argv)
{
  gboolean root = geteuid () == 0;

  test_tree_be_root ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/paths", test_paths);
  g_test_add ("/image/good", Fixture, NULL, set_up, test_good, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    add_row (&rows[i]);
  for (gsize i = 0; root && i < G_N_ELEMENTS (owner_rows); i++)
    add_row (&owner_rows[i]);
  return g_test_run ();
}
