/* SPDX-License-Identifier: LGPL-2.1-or-later */
  ADD ("S01/a");
  g_test_add_func ("/trust/S02/a", test_S02_a);
  g_test_add_func ("/trust/S03/a", test_S03_a);
  g_test_add_func ("/trust/S04/a", test_S04_a);
  g_test_add_func ("/trust/S06/a", test_S06_a);
  g_test_add_func ("/trust/S08/a", test_S08_a);
  g_test_add_func ("/trust/S09/a", test_S09_a);
  g_test_add_func ("/trust/S10/a", test_S10_a);
  g_test_add_func ("/trust/S11/a", test_S11_a);
  g_test_add_func ("/trust/S12/a", test_S12_a);
  g_test_add_func ("/trust/S13/a", test_S13_a);
  g_test_add_func ("/trust/S14/a", test_S14_a);
  g_test_add_func ("/trust/S15/a", test_S15_a);
  g_test_add_func ("/trust/S16/a", test_S16_a);
  ADD ("S07x/S41/a"); /* S17 */
