package dev.thaw.io.hdf5;

import java.util.Comparator;

/** Numbers by value, before all else; the rest as text. */
enum NameOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String a, String b) {
        boolean digitsA = isNumber(a);
        boolean digitsB = isNumber(b);
        if (digitsA != digitsB) {
            return digitsA ? -1 : 1;
        }
        if (digitsA) {
            String x = significant(a);
            String y = significant(b);
            int byValue = x.length() != y.length() ? x.length() - y.length() : x.compareTo(y);
            return byValue != 0 ? byValue : a.compareTo(b);
        }
        return a.compareTo(b);
    }

    private static boolean isNumber(String s) {
        return !s.isEmpty() && s.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String significant(String s) {
        int i = 0;
        while (i < s.length() - 1 && s.charAt(i) == '0') {
            i++;
        }
        return s.substring(i);
    }
}
