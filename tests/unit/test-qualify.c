/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/qualify.h"

#include <glib/gstdio.h>

#include "test-tree.h"

/* Made-up folders of dpkg's, of a package's control part and of the fixed files: one package, demo 1.0-1, of which 1.0-2
 * is there. What new () makes qualifies; each test changes one thing. */
typedef struct
{
  char *top, *dpkg, *control, *fixed, *base;
  SutureUpgrade upgrade;
  GPtrArray *upgrades;
} Demo;

#define MD5_OLD "149603e6c03516362a8da23f624db945" /* of "old" */
#define POSTINST "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n  addgroup --system demo\nfi\n"

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_strconcat ("/", name, NULL);

  test_tree_write (folder, path, text, 0644);
}

static void
put_status (Demo *self, const char *conffiles)
{
  g_autofree char *text
      = g_strdup_printf ("Package: other\nStatus: install ok installed\nArchitecture: amd64\nConffiles:\n /etc/other 00\n"
                         "Version: 1\n\nPackage: demo\nStatus: install ok installed\nArchitecture: i386\nVersion: 1.0-1\n"
                         "Conffiles:\n /etc/foreign 00\n\nPackage: demo\nStatus: install ok installed\n"
                         "Architecture: amd64\nVersion: 1.0-1\n%sDescription: a demo\n\n",
                         conffiles);

  put (self->dpkg, "status", text);
}

static Demo *
new (void)
{
  Demo *self = g_new0 (Demo, 1);
  char **const folders[] = { &self->dpkg, &self->control, &self->fixed, &self->base };
  const char *const names[] = { "dpkg", "control", "fixed", "base" };
  g_autofree char *md5 = g_compute_checksum_for_string (G_CHECKSUM_MD5, "setting\n", -1);
  g_autofree char *conffiles = g_strdup_printf ("Conffiles:\n /etc/demo.conf %s\n /etc/gone %s obsolete\n", md5, MD5_OLD);

  self->top = test_tree_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      *folders[i] = g_build_filename (self->top, names[i], NULL);
      g_assert_no_errno (g_mkdir (*folders[i], 0755));
    }
  self->upgrade = (SutureUpgrade){ "demo", "amd64", "demo-source", "1.0-1", "1.0-2", self->control };
  self->upgrades = g_ptr_array_new ();
  g_ptr_array_add (self->upgrades, &self->upgrade);
  put_status (self, conffiles);
  put (self->dpkg, "info/demo:amd64.list", "/.\n/etc\n/etc/demo.conf\n/usr\n/usr/bin/demo\n/var\n/var/lib\n/var/lib/demo\n");
  put (self->dpkg, "info/demo:amd64.md5sums", MD5_OLD "  usr/bin/demo\n");
  put (self->dpkg, "info/demo:amd64.postinst", POSTINST);
  put (self->control, "postinst", POSTINST);
  put (self->control, "conffiles", "/etc/demo.conf\n");
  put (self->fixed, "etc/demo.conf", "setting\n");
  put (self->fixed, "usr/bin/demo", "fixed");
  put (self->base, "usr/bin/demo", "old");
  return self;
}

static void
demo_free (Demo *self)
{
  test_tree_remove (self->top);
  g_ptr_array_unref (self->upgrades);
  g_free (self->top);
  g_free (self->dpkg);
  g_free (self->control);
  g_free (self->fixed);
  g_free (self->base);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Demo, demo_free)

/* What the whole way says: "" where it qualifies, "WHY DETAIL" else. */
static char *
ask (Demo *self)
{
  const char *const below[] = { "/usr", NULL };
  g_autoptr (SutureObstacle) obstacle = suture_qualify_names (self->upgrades);
  g_autoptr (GPtrArray) bases = g_ptr_array_new ();
  g_autoptr (SutureChanges) changes = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (bases, self->base);
  changes = suture_changes_find (bases, self->fixed, below, &error);
  g_assert_no_error (error);
  if (obstacle == NULL)
    g_assert_true (suture_qualify_packages (self->dpkg, self->upgrades, &obstacle, &error));
  g_assert_no_error (error);
  if (obstacle == NULL)
    g_assert_true (suture_qualify_outside (self->dpkg, self->upgrades, self->fixed, &obstacle, &error));
  if (obstacle == NULL)
    g_assert_true (suture_qualify_changes (self->dpkg, self->upgrades, changes, self->fixed, &obstacle, &error));
  g_assert_no_error (error);
  return obstacle == NULL ? g_strdup ("") : g_strdup_printf ("%s %s", obstacle->why, obstacle->detail);
}

static void
expect (Demo *self, const char *answer)
{
  g_autofree char *got = ask (self);

  g_assert_cmpstr (got, ==, answer);
}

static void
test_plain (void)
{
  g_autoptr (Demo) demo = new ();

  expect (demo, "");
}

static void
test_names (void)
{
  const struct
  {
    const char *name, *source, *answer;
  } cases[] = {
    { "linux-image-6.1.0-38-amd64", "linux-signed-amd64", "kernel linux-image-6.1.0-38-amd64" },
    { "libcpupower1", "linux", "kernel libcpupower1" },
    { "firmware-iwlwifi", "firmware-nonfree", "kernel firmware-iwlwifi" },
    { "intel-microcode", "intel-microcode", "kernel intel-microcode" },
    { "rtpengine-kernel-dkms", "rtpengine", "kernel rtpengine-kernel-dkms" },
    { "grub-efi-amd64-bin", "grub2", "boot grub-efi-amd64-bin" },
    { "libudev1", "systemd", "boot libudev1" },
    { "shim-signed", "shim-signed", "boot shim-signed" },
    { "initramfs-tools-core", "initramfs-tools", "boot initramfs-tools-core" },
    { "busybox-static", "busybox", "boot busybox-static" },
    { "dpkg", "dpkg", "files dpkg is what the system itself is updated with" },
    { "libapt-pkg6.0", "apt", "files libapt-pkg6.0 is what the system itself is updated with" },
    { "libssl3", "openssl", NULL },
    { "linuxlogo", "linuxlogo", NULL },
    { "perl-modules-5.36", "perl", NULL },
    { "libsystemd-shared-demo", "demo", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SutureUpgrade other = { "fine", "amd64", "fine", "1", "2", NULL };
      SutureUpgrade upgrade = { cases[i].name, "amd64", cases[i].source, "1", "2", NULL };
      g_autoptr (GPtrArray) upgrades = g_ptr_array_new ();
      g_autoptr (SutureObstacle) obstacle = NULL;
      g_autofree char *got = NULL;

      g_ptr_array_add (upgrades, &other);
      g_ptr_array_add (upgrades, &upgrade);
      obstacle = suture_qualify_names (upgrades);
      got = obstacle != NULL ? g_strdup_printf ("%s %s", obstacle->why, obstacle->detail) : NULL;
      g_assert_cmpstr (got, ==, cases[i].answer);
    }
}

/* Text of the installed postinst, of the fixed one, and what is made of it. */
static void
test_scripts (void)
{
#define SECTION(tool, lines) "# Automatically added by " tool "/13.11.4\n" lines "\n# End automatically added section\n"
  const struct
  {
    const char *old, *fixed, *answer;
  } cases[] = {
    { POSTINST, POSTINST "echo more\n", "script demo" },
    { POSTINST "echo more\n", POSTINST, "script demo" },
    { POSTINST, "# a word about it\n" POSTINST "\n\n", "" },
    { POSTINST SECTION ("dh_installsystemd", "systemctl start demo"),
      POSTINST SECTION ("dh_installsystemd", "systemctl restart demo"), "" },
    { POSTINST SECTION ("dh_python3", "py3compile -p demo"), POSTINST SECTION ("dh_python3", "py3compile -p demo:amd64"), "" },
    /* a section ends where it ends */
    { POSTINST SECTION ("dh_python3", "py3compile -p demo"), POSTINST SECTION ("dh_python3", "py3compile -p demo") "more\n",
      "script demo" },
    { POSTINST, POSTINST SECTION ("dh_installalternatives", "update-alternatives --install a b c 1"), "script demo" },
    /* the same text, which does something each time */
    { POSTINST "update-initramfs -u\n", POSTINST "update-initramfs -u\n", "script demo" },
    { "ucf /usr/share/demo/a /etc/a\n", "ucf /usr/share/demo/a /etc/a\n", "" },
    { "/sbin/setcap cap_net_raw+ep /usr/bin/demo\n", "/sbin/setcap cap_net_raw+ep /usr/bin/demo\n", "script demo" },
    { "systemctl daemon-reexec || telinit u\n", "systemctl daemon-reexec || telinit u\n", "script demo" },
    { "echo dkmsfirst xdkms not-dkms dkms.conf\n", "echo dkmsfirst xdkms not-dkms dkms.conf\n", "" },
    { "update-alternatives --install /usr/bin/a a /usr/bin/b 1\n", "update-alternatives --install /usr/bin/a a /usr/bin/b 1\n", "" },
    /* ... or when it comes from what is installed */
    { "dpkg --compare-versions \"$2\" lt \"1.0-1~\" && a\n", "dpkg --compare-versions \"$2\" lt \"1.0-1~\" && a\n", "" },
    { "dpkg --compare-versions \"$2\" lt-nl 1.0-2 && a\n", "dpkg --compare-versions \"$2\" lt-nl 1.0-2 && a\n", "script demo" },
    { "if [ \"$priority\" -le 1060 ]; then a; fi\n", "if [ \"$priority\" -le 1060 ]; then a; fi\n", "" },
    { "dpkg-maintscript-helper rm_conffile /etc/a 0.9\\~ -- \"$@\"\n", "dpkg-maintscript-helper rm_conffile /etc/a 0.9\\~ -- \"$@\"\n",
      "" },
    { "dpkg-maintscript-helper rm_conffile /etc/a 1.0-2\\~ -- \"$@\"\n",
      "dpkg-maintscript-helper rm_conffile /etc/a 1.0-2\\~ -- \"$@\"\n", "script demo" },
    { "dpkg-maintscript-helper rm_conffile /etc/a 1.0\\+b-1 -- \"$@\"\n",
      "dpkg-maintscript-helper rm_conffile /etc/a 1.0\\+b-1 -- \"$@\"\n", "script demo" },
    /* triggers that scripts activate themselves */
    { "dpkg-trigger --no-await awaited\n", "dpkg-trigger --no-await awaited\n", "trigger awaited" },
    { "dpkg-trigger --no-await nobody\n", "dpkg-trigger --no-await nobody\n", "" },
    { "a && dpkg-trigger \"$name\"\n", "a && dpkg-trigger \"$name\"\n", "trigger $name" },
    { "dpkg-trigger update-ca-certificates-java\n", "dpkg-trigger update-ca-certificates-java\n", "" },
    { "which dpkg-trigger awaited\n", "which dpkg-trigger awaited\n", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Demo) demo = new ();

      put (demo->dpkg, "triggers/awaited", "somebody\n");
      put (demo->dpkg, "triggers/nobody", "");
      put (demo->dpkg, "triggers/update-ca-certificates-java", "ca-certificates-java\n");
      put (demo->dpkg, "info/demo:amd64.postinst", cases[i].old);
      put (demo->control, "postinst", cases[i].fixed);
      g_test_message ("%s", cases[i].fixed);
      expect (demo, cases[i].answer);
    }
}

/* What is run by a later change only does not count; what is run before the files come does. */
static void
test_other_scripts (void)
{
  const char *const names[] = { "preinst", "config", "prerm", "postrm" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Demo) demo = new ();
      g_autofree char *file = g_strdup_printf ("info/demo:amd64.%s", names[i]);

      put (demo->dpkg, file, "a\n");
      put (demo->control, names[i], "b\n");
      expect (demo, i < 2 ? "script demo" : "");
    }
}

/* dpkg has files without the architecture, too. */
static void
test_file_names (void)
{
  g_autoptr (Demo) demo = new ();
  g_autofree char *from = g_build_filename (demo->dpkg, "info/demo:amd64.postinst", NULL);
  g_autofree char *to = g_build_filename (demo->dpkg, "info/demo.postinst", NULL);

  g_assert_no_errno (g_rename (from, to));
  expect (demo, "");
  put (demo->dpkg, "info/demo.postinst", "other\n");
  expect (demo, "script demo");
}

static void
test_conffiles (void)
{
  g_autoptr (Demo) demo = new ();

  put (demo->fixed, "etc/demo.conf", "another setting\n");
  expect (demo, "conffile /etc/demo.conf");
  put (demo->fixed, "etc/demo.conf", "setting\n");
  expect (demo, "");
  put (demo->control, "conffiles", "/etc/demo.conf\n/etc/new.conf\n");
  expect (demo, "conffile /etc/new.conf");
  put (demo->control, "conffiles", "");
  expect (demo, "conffile /etc/demo.conf");
  put (demo->control, "conffiles", "/etc/demo.conf\nremove-on-upgrade /etc/dropped\n");
  expect (demo, "conffile /etc/dropped");
  /* what is called one and is not in the package */
  put (demo->control, "conffiles", "/etc/demo.conf\n");
  test_tree_unlink (demo->fixed, "/etc/demo.conf");
  expect (demo, "conffile /etc/demo.conf");
}

static void
test_outside (void)
{
  g_autoptr (Demo) demo = new ();
  g_autofree char *md5 = g_compute_checksum_for_string (G_CHECKSUM_MD5, "state", -1);
  g_autofree char *sums = g_strdup_printf (MD5_OLD "  usr/bin/demo\n" MD5_OLD "  lib/old\n%s  var/lib/demo/state\n", md5);

  /* new there */
  put (demo->fixed, "var/lib/demo/state", "state");
  expect (demo, "files /var/lib/demo/state");
  /* the same as ever, and one below /lib that is gone, which is another function's to see */
  put (demo->dpkg, "info/demo:amd64.md5sums", sums);
  expect (demo, "");
  put (demo->fixed, "var/lib/demo/state", "changed");
  expect (demo, "files /var/lib/demo/state");
  /* gone */
  test_tree_unlink (demo->fixed, "/var/lib/demo/state");
  expect (demo, "files /var/lib/demo/state");
}

static void
test_outside_folders (void)
{
  g_autoptr (Demo) demo = new ();
  g_autofree char *folder = g_build_filename (demo->fixed, "var/lib/demo", NULL);
  g_autofree char *other = g_build_filename (demo->fixed, "var/lib/other", NULL);
  g_autofree char *below = g_build_filename (demo->fixed, "srv/demo/more", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  expect (demo, "");
  g_assert_no_errno (g_mkdir_with_parents (other, 0755));
  expect (demo, "files /var/lib/other");
  /* one that every system has, and one in it that is new */
  g_assert_no_errno (g_mkdir_with_parents (below, 0755));
  g_assert_no_errno (g_rmdir (other));
  expect (demo, "files /srv/demo/more");
  put (demo->dpkg, "info/base-files.list", "/.\n/srv\n");
  expect (demo, "files /srv/demo/more");
  put (demo->dpkg, "info/base-files.list", "/.\n/srv\n/srv/demo\n/srv/demo/more\n");
  expect (demo, "");
  test_tree_link (demo->fixed, "/var/lib/link", "demo");
  expect (demo, "files /var/lib/link");
}

static void
test_interests (void)
{
  g_autoptr (Demo) demo = new ();

  put (demo->dpkg, "info/demo:amd64.triggers", "# by dh_x/1\ninterest-noawait /usr/share/a\n");
  put (demo->control, "triggers", "# by dh_x/2\ninterest-noawait /usr/share/a\nactivate-noawait ldconfig\n");
  expect (demo, "");
  put (demo->control, "triggers", "interest-noawait /usr/share/a\ninterest /usr/share/b\n");
  expect (demo, "trigger /usr/share/b");
  put (demo->control, "triggers", "interest-noawait /usr/share/a\nactivate-noawait awaited\n");
  expect (demo, "");
  put (demo->dpkg, "triggers/awaited", "somebody\n");
  expect (demo, "trigger awaited");
  put (demo->dpkg, "triggers/update-initramfs", "initramfs-tools\n");
  put (demo->control, "triggers", "interest-noawait /usr/share/a\nactivate-noawait update-initramfs\n");
  expect (demo, "boot update-initramfs");
}

static void
test_initramfs (void)
{
  g_autoptr (Demo) demo = new ();

  put (demo->control, "md5sums", MD5_OLD "  usr/share/initramfs-tools/hooks/demo\n");
  expect (demo, "boot demo");
  put (demo->control, "md5sums", MD5_OLD "  usr/share/doc/usr/share/initramfs-tools/hooks/demo\n");
  expect (demo, "");
  put (demo->dpkg, "info/demo:amd64.list", "/.\n/usr/lib/dracut/modules.d/99demo/module-setup.sh\n");
  expect (demo, "boot demo");
}

/* A file at @path changes, with @line in the file @name of dpkg's. */
static void
expect_changed (const char *path, const char *name, const char *line, const char *answer)
{
  g_autoptr (Demo) demo = new ();

  put (demo->dpkg, name, line);
  put (demo->fixed, path + 1, "fixed");
  put (demo->base, path + 1, "old");
  expect (demo, answer);
}

static void
test_triggers (void)
{
  g_autoptr (Demo) demo = new ();

  expect_changed ("/usr/lib/a/plugins/a.so", "triggers/File", "/usr/share/x y\n/usr/lib/a/plugins a/noawait\n",
                  "trigger /usr/lib/a/plugins/a.so");
  expect_changed ("/usr/lib/a/plugins-more/a.so", "triggers/File", "/usr/lib/a/plugins a/noawait\n", "");
  expect_changed ("/usr/share/icons/a/b.png", "triggers/File", "/usr/share/icons/a a-icon-theme/noawait\n", "");
  /* vlc looks whether its list of plugins is out of date */
  expect_changed ("/usr/lib/x/vlc/plugins/a.so", "triggers/File", "/usr/lib/x/vlc/plugins libvlc-bin/noawait\n", "");
  expect_changed ("/usr/lib/demo/a", "triggers/File", "/lib/demo other\n", "trigger /usr/lib/demo/a");
  /* a list of modules stays right where one of them changes, and not where one comes */
  expect_changed ("/usr/lib/x86_64-linux-gnu/gio/modules/a.so", "triggers/File",
                  "/usr/lib/x86_64-linux-gnu/gio/modules libglib2.0-0:amd64/noawait\n", "");
  put (demo->dpkg, "triggers/File", "/usr/lib/x86_64-linux-gnu/gio/modules libglib2.0-0:amd64/noawait\n");
  put (demo->fixed, "usr/lib/x86_64-linux-gnu/gio/modules/a.so", "fixed");
  expect (demo, "trigger /usr/lib/x86_64-linux-gnu/gio/modules/a.so");
}

static void
test_diversions (void)
{
  expect_changed ("/usr/lib/demo/a", "diversions", "/lib/demo/a\n/lib/demo/a.real\nother\n", "diverted /usr/lib/demo/a");
  expect_changed ("/usr/lib/demo/a", "diversions", "/usr/lib/demo/b\n/usr/lib/demo/a\nother\n", "diverted /usr/lib/demo/a");
  expect_changed ("/usr/lib/demo/a", "diversions", "/usr/lib/demo/a\n/usr/lib/demo/a.real\n:\n", "diverted /usr/lib/demo/a");
  /* others' files go elsewhere, its own stay */
  expect_changed ("/usr/lib/demo/a", "diversions", "/usr/lib/demo/a\n/usr/lib/demo/a.real\ndemo\n", "");
  expect_changed ("/usr/lib/demo/a", "diversions", "/usr/lib/demo/b\n/usr/lib/demo/c\nother\n", "");
  expect_changed ("/usr/lib/demo/a", "statoverride", "root video 4750 /usr/lib/demo/a\n", "diverted /usr/lib/demo/a");
  expect_changed ("/usr/lib/demo/a", "statoverride", "root video 4750 /usr/lib/demo\n", "");
}

static void
test_early (void)
{
  expect_changed ("/usr/lib/systemd/systemd-sysctl", "arch", "", "boot /usr/lib/systemd/systemd-sysctl");
  expect_changed ("/usr/lib/udev/ata_id", "arch", "", "boot /usr/lib/udev/ata_id");
  expect_changed ("/usr/lib/firmware/a.bin", "arch", "", "boot /usr/lib/firmware/a.bin");
  expect_changed ("/usr/sbin/fsck.ext4", "arch", "", "boot /usr/sbin/fsck.ext4");
  expect_changed ("/usr/lib/systemd-demo", "arch", "", "");
}

/* A script that makes a cache matters where something of that changes. */
static void
test_caches (void)
{
  const char *const script = "glib-compile-schemas /usr/share/glib-2.0/schemas\ngio-querymodules /usr/lib/a/gio/modules\n";
  g_autoptr (Demo) demo = new ();

  put (demo->dpkg, "info/demo:amd64.postinst", script);
  put (demo->control, "postinst", script);
  expect (demo, "");
  put (demo->fixed, "usr/lib/a/gio/modules/b.so", "fixed");
  put (demo->base, "usr/lib/a/gio/modules/b.so", "old");
  expect (demo, "");
  test_tree_unlink (demo->base, "/usr/lib/a/gio/modules/b.so");
  expect (demo, "script demo");
  test_tree_unlink (demo->fixed, "/usr/lib/a/gio/modules/b.so");
  put (demo->fixed, "usr/share/glib-2.0/schemas/b.xml", "fixed");
  expect (demo, "script demo");
}

static void
test_templates (void)
{
  const char *const script = "ucf --three-way /usr/share/demo/template /etc/demo\n";
  g_autoptr (Demo) demo = new ();

  put (demo->dpkg, "info/demo:amd64.postinst", script);
  put (demo->control, "postinst", script);
  put (demo->fixed, "usr/share/demo/template", "fixed");
  expect (demo, "script demo");
  put (demo->base, "usr/share/demo/template", "fixed");
  expect (demo, "");
}

/* A library as ld.so sees it, which has a SONAME: one that this test needs itself. */
static char *
real_library (char **soname)
{
  const char *const places[] = { "/lib/x86_64-linux-gnu/libglib-2.0.so.0", "/lib/aarch64-linux-gnu/libglib-2.0.so.0",
                                 "/usr/lib/libglib-2.0.so.0", "/usr/lib64/libglib-2.0.so.0" };

  *soname = g_strdup ("libglib-2.0.so.0");
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_EXISTS))
      return g_strdup (places[i]);
  return NULL;
}

static void
copy (const char *from, const char *folder, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *to = g_strconcat (folder, path, NULL);
  gsize length;

  g_assert_true (g_file_get_contents (from, &text, &length, NULL));
  put (folder, path + 1, "");
  g_assert_true (g_file_set_contents (to, text, (gssize) length, NULL));
  g_assert_no_errno (g_chmod (to, 0644));
}

static void
test_libraries (void)
{
  g_autoptr (Demo) demo = new ();
  g_autofree char *soname = NULL;
  g_autofree char *library = real_library (&soname);
  g_autofree char *file = g_strconcat ("/usr/lib/x-linux-gnu/", soname, ".9999", NULL);
  g_autofree char *name = g_strconcat ("/usr/lib/x-linux-gnu/", soname, NULL);
  g_autofree char *private = g_strconcat ("/usr/lib/demo/", soname, NULL);
  g_autofree char *target = g_strconcat (soname, ".9999", NULL);
  g_autofree char *answer = g_strconcat ("trigger ", name, NULL);

  if (library == NULL)
    {
      g_test_skip ("libglib-2.0.so.0 is nowhere where this test looks");
      return;
    }
  /* another number at the end, below the same SONAME */
  copy (library, demo->fixed, file);
  test_tree_link (demo->fixed, name, target);
  test_tree_link (demo->base, name, "libglib-2.0.so.0.1");
  expect (demo, "");
  test_tree_unlink (demo->base, name);
  expect (demo, answer);
  test_tree_unlink (demo->fixed, name);
  copy (library, demo->fixed, name);
  expect (demo, answer);
  test_tree_unlink (demo->fixed, name);
  copy (library, demo->fixed, private);
  expect (demo, "");
}

/* The same of what lies on the disk. */
static void
expect_disk (Demo *self, const char *answer)
{
  const char *const below[] = { "/usr", NULL };
  g_autoptr (SutureObstacle) obstacle = NULL;
  g_autoptr (GPtrArray) bases = g_ptr_array_new ();
  g_autoptr (SutureChanges) changes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *got = NULL;

  g_ptr_array_add (bases, self->base);
  changes = suture_changes_find (bases, self->fixed, below, &error);
  g_assert_no_error (error);
  g_assert_true (suture_qualify_disk (self->dpkg, self->upgrades, changes, self->base, &obstacle, &error));
  g_assert_no_error (error);
  got = obstacle == NULL ? g_strdup ("") : g_strdup_printf ("%s %s", obstacle->why, obstacle->detail);
  g_assert_cmpstr (got, ==, answer);
}

/* A file that is not the package's any more: changed, gone, a link now, or somebody else's. */
static void
test_disk (void)
{
  g_autoptr (Demo) demo = new ();

  expect_disk (demo, "");
  put (demo->base, "usr/bin/demo", "patched by hand");
  expect_disk (demo, "modified /usr/bin/demo");
  test_tree_unlink (demo->base, "/usr/bin/demo");
  expect_disk (demo, "modified /usr/bin/demo");
  put (demo->base, "usr/bin/demo", "old");
  put (demo->fixed, "usr/bin/new", "fixed");
  expect_disk (demo, "");
  put (demo->base, "usr/bin/new", "a person's");
  expect_disk (demo, "modified /usr/bin/new");
}

/* dpkg's lists are of where the package has it; translations may be left out of a system (dpkg(1), --path-exclude). */
static void
test_disk_places (void)
{
  g_autoptr (Demo) demo = new ();

  put (demo->dpkg, "info/demo:amd64.list", "/.\n/bin\n/bin/demo\n/usr\n/usr/share/locale/de/LC_MESSAGES/demo.mo\n");
  put (demo->dpkg, "info/demo:amd64.md5sums", MD5_OLD "  bin/demo\n" MD5_OLD "  usr/share/locale/de/LC_MESSAGES/demo.mo\n");
  expect_disk (demo, "");
  put (demo->fixed, "usr/share/locale/de/LC_MESSAGES/demo.mo", "fixed");
  expect_disk (demo, "");
  put (demo->base, "usr/share/locale/de/LC_MESSAGES/demo.mo", "patched by hand");
  expect_disk (demo, "modified /usr/share/locale/de/LC_MESSAGES/demo.mo");
}

/* What can't be read decides nothing. */
static void
test_damaged (void)
{
  g_autoptr (Demo) demo = new ();
  g_autoptr (SutureObstacle) obstacle = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *status = g_build_filename (demo->dpkg, "status", NULL);

  g_assert_no_errno (g_remove (status));
  g_assert_no_errno (g_mkdir (status, 0755));
  g_assert_false (suture_qualify_packages (demo->dpkg, demo->upgrades, &obstacle, &error));
  g_assert_nonnull (error);
  g_assert_null (obstacle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_tree_be_root ();
  g_test_add_func ("/qualify/plain", test_plain);
  g_test_add_func ("/qualify/names", test_names);
  g_test_add_func ("/qualify/scripts", test_scripts);
  g_test_add_func ("/qualify/other-scripts", test_other_scripts);
  g_test_add_func ("/qualify/file-names", test_file_names);
  g_test_add_func ("/qualify/conffiles", test_conffiles);
  g_test_add_func ("/qualify/outside", test_outside);
  g_test_add_func ("/qualify/outside-folders", test_outside_folders);
  g_test_add_func ("/qualify/interests", test_interests);
  g_test_add_func ("/qualify/initramfs", test_initramfs);
  g_test_add_func ("/qualify/triggers", test_triggers);
  g_test_add_func ("/qualify/diversions", test_diversions);
  g_test_add_func ("/qualify/early", test_early);
  g_test_add_func ("/qualify/caches", test_caches);
  g_test_add_func ("/qualify/templates", test_templates);
  g_test_add_func ("/qualify/libraries", test_libraries);
  g_test_add_func ("/qualify/disk", test_disk);
  g_test_add_func ("/qualify/disk-places", test_disk_places);
  g_test_add_func ("/qualify/damaged", test_damaged);
  return g_test_run ();
}
