/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/activation.h"

#include "base/error.h"
#include "base/paths.h"
#include "test-activation.h"
#include "test-paths.h"

#define ENTRY "{ \"id\": \"demo-a\", \"feed\": \"vendor\", \"component\": \"demo\", \"number\": 1, \"merged\": true," \
              " \"content\": \"applies\" }"
#define UNIT "{ \"name\": \"nginx.service\", \"kind\": \"unit\", \"pid\": 7, \"id\": \"demo-a\"," \
             " \"outcome\": \"restarted\", \"why\": \"\" }"
#define RESULT(active, units) "{ \"error\": \"\", \"message\": \"\", \"active\": [" active "], \"units\": [" units "] }"

static void
test_answer (void)
{
  TestActivation *server;
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *requests = NULL;
  const SutureActive *active;
  const SutureUnit *unit;

  test_paths_init ();
  server = test_activation_new ();
  test_activation_answer (server, RESULT (ENTRY, UNIT));
  activation = suture_activation_remove ("demo-b", NULL, NULL, &error);
  g_assert_no_error (error);
  active = suture_activation_find (activation, "demo-a");
  g_assert_nonnull (active);
  g_assert_cmpstr (active->feed, ==, "vendor");
  g_assert_cmpuint (active->number, ==, 1);
  g_assert_true (active->merged);
  g_assert_null (suture_activation_find (activation, "demo-b"));
  unit = g_ptr_array_index (activation->units, 0);
  g_assert_cmpstr (unit->name, ==, "nginx.service");
  g_assert_cmpstr (unit->outcome, ==, "restarted");
  requests = test_activation_requests (server);
  g_assert_cmpstr (requests, ==, "remove demo-b\n");
  test_activation_free (server);
  test_paths_clear ();
}

/* Why it is not merged is one of three words, or not said at all. */
static void
test_left_out (void)
{
  const struct
  {
    const char *entry;
    const char *expected;
  } cases[] = {
    { "\"merged\": false, \"left_out\": \"boot\"", "boot" },   { "\"merged\": false, \"left_out\": \"asked\"", "asked" },
    { "\"merged\": false, \"left_out\": \"image\"", "image" }, { "\"merged\": false, \"left_out\": \"\"", "" },
    { "\"merged\": false, \"left_out\": \"weather\"", "" },    { "\"merged\": true, \"left_out\": \"boot\"", "" },
    { "\"merged\": false", "" },
  };

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = g_strdup_printf (RESULT ("{ \"id\": \"demo-a\", \"feed\": \"vendor\", \"component\":"
                                                         " \"demo\", \"number\": 1, %s }", ""), cases[i].entry);
      TestActivation *server = test_activation_new ();
      g_autoptr (SutureActivation) activation = NULL;
      g_autoptr (GError) error = NULL;

      test_activation_answer (server, answer);
      activation = suture_activation_list (&error);
      g_assert_no_error (error);
      g_assert_cmpstr (suture_activation_find (activation, "demo-a")->left_out, ==, cases[i].expected);
      test_activation_free (server);
    }
  test_paths_clear ();
}

/* Its errors are its own words; text from it is made safe to show. */
static void
test_refusal (void)
{
  TestActivation *server;
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) error = NULL;

  test_paths_init ();
  server = test_activation_new ();
  test_activation_answer (server, "{ \"error\": \"Busy\", \"message\": \"apt \\u001b[31m is at work\" }");
  activation = suture_activation_list (&error);
  g_assert_null (activation);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "apt [31m is at work");
  test_activation_free (server);
  test_paths_clear ();
}

/* Whatever it says that makes no sense is an error, and nothing of it is believed. */
static void
test_nonsense (void)
{
  const char *const answers[] = {
    "", "[]", "{", "{ \"error\": 7 }", "{ \"message\": null, \"error\": \"\" }",
    RESULT ("7", ""), RESULT ("{}", ""), RESULT ("", "[]"), RESULT ("", "{ \"name\": 7 }"),
    "{ \"error\": \"\", \"active\": {} }",
    RESULT ("{ \"id\": \"../x\", \"feed\": \"f\", \"component\": \"c\", \"number\": 1, \"merged\": true }", ""),
    RESULT ("{ \"id\": \"x\", \"feed\": \"f\", \"component\": \"c\", \"number\": 0, \"merged\": true }", ""),
    RESULT ("{ \"id\": \"x\", \"feed\": \"f\", \"component\": \"c\", \"number\": 1, \"merged\": 1 }", ""),
  };
  const char *const raw[] = { "result 99999999\n", "junk", "other 0\n", "\n", "result -1\n" };

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (answers) + G_N_ELEMENTS (raw); i++)
    {
      TestActivation *server = test_activation_new ();
      g_autoptr (SutureActivation) activation = NULL;
      g_autoptr (GError) error = NULL;

      if (i < G_N_ELEMENTS (answers))
        test_activation_answer (server, answers[i]);
      else
        test_activation_answer_raw (server, raw[i - G_N_ELEMENTS (answers)]);
      activation = suture_activation_list (&error);
      /* "junk" is a header that breaks off: nothing was said, so it is asked again, and answered */
      if (i < G_N_ELEMENTS (answers) || !g_str_equal (raw[i - G_N_ELEMENTS (answers)], "junk"))
        {
          g_test_message ("%zu", i);
          g_assert_null (activation);
          g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
        }
      test_activation_free (server);
    }
  test_paths_clear ();
}

/* The socket serves one at a time and closes on others: the client waits for its turn. */
static void
test_turn (void)
{
  TestActivation *server;
  g_autoptr (SutureActivation) activation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *requests = NULL;

  test_paths_init ();
  server = test_activation_new ();
  test_activation_answer (server, NULL);
  test_activation_answer (server, NULL);
  test_activation_answer (server, RESULT (ENTRY, ""));
  activation = suture_activation_list (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (activation->active->len, ==, 1);
  requests = test_activation_requests (server);
  g_assert_cmpstr (requests, ==, "list\nlist\nlist\n");
  test_activation_free (server);
  test_paths_clear ();
}

static void
test_absent (void)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  test_paths_init ();
  g_assert_null (suture_activation_list (&error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation/answer", test_answer);
  g_test_add_func ("/activation/left-out", test_left_out);
  g_test_add_func ("/activation/refusal", test_refusal);
  g_test_add_func ("/activation/nonsense", test_nonsense);
  g_test_add_func ("/activation/turn", test_turn);
  g_test_add_func ("/activation/absent", test_absent);
  return g_test_run ();
}
