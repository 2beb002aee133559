#include "proto/control_page.h"

#include <stdio.h>

int main(int argc, char** argv) {
  struct myod_control_reader myod = {.path = argv[argc - 1]};
  static struct myod_control_page page, armed;
  for (;;) {
    const enum myod_control_status status = myod_control_wait(&myod, &page, 20);
    const struct myod_control_channel* muscle = &page.channel[0];
    if (armed.epoch == 0 && page.epoch != 0) armed = page;  // what held when we began has to hold
    if (status != myod_control_fresh && status != myod_control_unchanged)
      printf("zero: myod is %s\n", myod_control_word(status));
    else if (memcmp(page.boot_id, armed.boot_id, sizeof page.boot_id) != 0 || page.epoch != armed.epoch ||
             page.calibration_id != armed.calibration_id || page.stop_count != armed.stop_count)
      printf("zero: stop %d, or another run, other settings or levels\n", (int)page.stop_count);
    else if (!(myod_control_age_s(&page, myod_control_now_ns()) < 0.1))
      printf("zero: no fresh sample\n");
    else if (muscle->grade == myod_control_invalid || (muscle->reasons & (myod_control_lead_off | myod_control_gap)))
      printf("zero: %s, reasons %x\n", muscle->name, (unsigned)muscle->reasons);
    else
      printf("%s: %.1f uV, %.0f %%\n", muscle->name, muscle->rms_uv, muscle->rms_pct);
    fflush(stdout);
  }
}
