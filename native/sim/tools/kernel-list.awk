# From the declarations that cudasim.h marked, a line for each kernel that registers it with its
# name and the first number of its __launch_bounds__.
{
    bound = "0"
    if (match($0, /__thaw_bounds__ *\([^()]*\)/)) {
        text = substr($0, RSTART, RLENGTH)
        $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
        sub(/^[^(]*\(/, "", text)
        sub(/[,)].*$/, "", text)
        bound = text
    }
    sub(/ *\(.*$/, "")
    sub(/^.*[^A-Za-z0-9_]/, "")
    if (!seen[$0]++) {
        printf "static int thaw_sim_add_%s = thaw_sim::Thunk<&%s>::add(\"%s\", %s);\n", $0, $0, $0, bound
    }
}
