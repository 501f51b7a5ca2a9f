/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/policy.h"

#include "suture-bus.h"

/* THREATS 21: a method without a row would be refused by the helper; here it fails before it is shipped. */
static void
test_every_method_has_a_row (void)
{
  const GDBusInterfaceInfo *interface = suture_bus_helper1_interface_info ();
  gsize length, methods = 0;

  g_assert_nonnull (interface->methods);
  for (; interface->methods[methods] != NULL; methods++)
    {
      g_test_message ("%s", interface->methods[methods]->name);
      g_assert_nonnull (suture_policy_find (interface->methods[methods]->name));
    }
  (void) suture_policy_list (&length);
  g_assert_cmpuint (length, ==, methods);
  g_assert_null (suture_policy_find ("Format"));
  g_assert_null (suture_policy_find (NULL));
  /* improvements and feeds have no methods at all */
  g_assert_null (suture_bus_improvement1_interface_info ()->methods);
  g_assert_null (suture_bus_feed1_interface_info ()->methods);
}

/* V5: nothing that names a file, an address or a process crosses the bus; arguments are ids, booleans and numbers, and
 * one secret with the user it is for. */
static void
test_arguments (void)
{
  const GDBusInterfaceInfo *interface = suture_bus_helper1_interface_info ();
  const char *const strings[] = { "id", "operation", "feed", "user", "secret", NULL };

  for (gsize i = 0; interface->methods[i] != NULL; i++)
    for (gsize j = 0; interface->methods[i]->in_args != NULL && interface->methods[i]->in_args[j] != NULL; j++)
      {
        const GDBusArgInfo *argument = interface->methods[i]->in_args[j];

        g_assert_true (g_strv_contains ((const char *const[]) { "s", "b", "t", "u", "x", NULL }, argument->signature));
        g_assert_true (!g_str_equal (argument->signature, "s") || g_strv_contains (strings, argument->name));
      }
  for (gsize i = 0; interface->properties[i] != NULL; i++)
    g_assert_cmpint (interface->properties[i]->flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_READABLE);
}

static char *policy_file;

static void
check_action (const char *action)
{
  g_autofree char *text = NULL;
  g_autofree char *opening = g_strdup_printf ("<action id=\"%s\">", action);
  g_autofree char *section = NULL;
  const char *begin, *end;

  g_assert_true (g_file_get_contents (policy_file, &text, NULL, NULL));
  begin = strstr (text, opening);
  g_assert_nonnull (begin);
  end = strstr (begin, "</action>");
  g_assert_nonnull (end);
  section = g_strndup (begin, (gsize) (end - begin));
  /* without the owner polkitd answers the helper's questions with an error */
  g_assert_nonnull (strstr (section, "<annotate key=\"org.freedesktop.policykit.owner\">unix-user:suture</annotate>"));
  /* who is not at the screen is never let in without a password */
  g_assert_nonnull (strstr (section, "<allow_any>auth_admin</allow_any>"));
  g_assert_nonnull (strstr (section, "<allow_inactive>auth_admin</allow_inactive>"));
}

/* An action that polkit does not know would be refused for ever, and for everyone. */
static void
test_actions_exist (void)
{
  gsize length;
  const SuturePolicy *rows = suture_policy_list (&length);

  for (gsize i = 0; i < length; i++)
    {
      if (rows[i].action != NULL)
        check_action (rows[i].action);
      if (rows[i].off_action != NULL)
        check_action (rows[i].off_action);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  policy_file = g_test_build_filename (G_TEST_DIST, "..", "..", "data", "polkit", "org.suture.policy", NULL);
  g_test_add_func ("/policy/every-method-has-a-row", test_every_method_has_a_row);
  g_test_add_func ("/policy/arguments", test_arguments);
  g_test_add_func ("/policy/actions-exist", test_actions_exist);
  return g_test_run ();
}
