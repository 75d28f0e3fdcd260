# step NAME PROGRAM ARGUMENT…: runs it; its output goes to the console between marks.
step() {
  name=$1
  shift
  "$@" >/run/step.out 2>/run/step.err </dev/null
  code=$?
  {
    echo "@@begin $name"
    cat /run/step.out
    printf '\n@@errors\n'
    cat /run/step.err
    echo "@@end $code"
  } >/dev/ttyS0
}
