// The control page of a sensor: what myod knows of its muscles this instant, in shared memory, for stimulator
// controllers on the same machine. One file per sensor, RUNTIME_DIR/myod-control-SENSOR, mode 0640; RUNTIME_DIR is the
// folder of the first unix: address myod listens on, else $XDG_RUNTIME_DIR, else /run/myod. Layout and reader, for C11
// and C++, without a library. Not a medical device.
// SPDX-License-Identifier: Apache-2.0
//
// All numbers are words of 64 bits, lowest byte first; doubles are IEEE 754, NaN is "not known".
// Times are CLOCK_MONOTONIC in nanoseconds. Only the writer writes: map it read-only.
//
// Written after every block of samples, at a change of settings, at a Stop, and at the latest every 200 ms while myod
// lives. Then whoever waits on the low half of `sequence` is woken (FUTEX_WAIT, not private).
//
// A seqlock of atomic words: the writer makes `sequence` odd, stores, makes it even, each with a release store. A
// reader loads `sequence`, the words, and `sequence` again, each with an acquire load; unless both are equal and even,
// it has a torn copy. The writer holds a write lock on the file (fcntl) as long as its process lives: that is how a
// reader knows that it died. A new myod makes a new file of that name; who has the old one mapped sees a dead writer.
#pragma once

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1  // syscall(), where C is asked for by the letter: then include this header first
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low half of a word is not where its address is"
#endif

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MYOD_CONTROL_MAGIC UINT64_C(0x316c7463646f796d)  // "myodctl1"
#define MYOD_CONTROL_VERSION 1                           // another one: another layout
#define MYOD_CONTROL_MOST_CHANNELS 64
#define MYOD_CONTROL_STALE_NS INT64_C(300000000)  // no write for so long: myod hangs

// Why a number is not fully trusted: bits of `reasons`, as on the wire.
enum {
  myod_control_gap = 1 << 0,                 // samples were lost
  myod_control_saturated = 1 << 1,           // at a rail of the converter
  myod_control_stuck = 1 << 2,               // the same number again and again
  myod_control_flat = 1 << 3,                // no signal
  myod_control_lead_off = 1 << 4,            // an electrode has come off
  myod_control_blanked = 1 << 5,             // samples around a stimulus were taken out
  myod_control_mains = 1 << 6,               // hum
  myod_control_noise = 1 << 7,               // cable motion and the like
  myod_control_rate = 1 << 8,                // the device sends at another rate than it says
  myod_control_uncalibrated = 1 << 9,        // the rest level is not known yet
  myod_control_settling = 1 << 10,           // filters have not settled
  myod_control_earlier_reference = 1 << 11,  // the reference is of an earlier application of the electrodes
  myod_control_not_emg = 1 << 12,            // it does not look like EMG
  myod_control_resolution = 1 << 13          // the converter is too coarse to tell
};

// `grade`: one severity, of which `reasons` tells why.
enum { myod_control_ok, myod_control_limited, myod_control_degraded, myod_control_invalid };

// What one channel does. Byte offsets are those within a channel; channel i begins at 256 + 192 i.
struct myod_control_channel {
  double rms_uv;            //   0  activation: root mean square of the newest 100 ms (features.control_window_ms), uV
  double envelope_uv;       //   8  activation: rectified, Bessel low-pass of 2 poles, 10 Hz, uV
  double rms_pct;           //  16  rms_uv in % of the reference, rest taken out of both; NaN without a reference
  double envelope_pct;      //  24  the same of the envelope, as the RMS of noise that has this envelope
  double active;            //  32  1 while the muscle is active, 0 while it rests
  double valid_fraction;    //  40  share of the RMS's window that is used; with no reason but blanked: unblanked
  uint64_t grade;           //  48  myod_control_ok ... myod_control_invalid; when invalid, 0..39 are NaN
  uint64_t reasons;         //  56  myod_control_gap | ...
  uint64_t onset_count;     //  64  onsets since myod started
  double onset_event_s;     //  72  the newest onset: when it was, as sample index / nominal rate; NaN: none
  double onset_decision_s;  //  80  ... and when that was decided, on the same axis
  int64_t onset_event_ns;   //  88  ... and when it was, by the clock; 0: none
  uint64_t kind;            //  96  0: EMG; others have no numbers here
  uint64_t unused[2];       // 104
  char name[72];            // 120  UTF-8, ended by a zero
};

struct myod_control_page {
  uint64_t magic;               //   0  MYOD_CONTROL_MAGIC; this and the next five never change
  uint64_t version;             //   8  MYOD_CONTROL_VERSION
  uint64_t bytes;               //  16  of the file: sizeof(struct myod_control_page)
  uint64_t boot_id[2];          //  24  of this run of myod: the digits of the wire's boot_id, 16 and 16
  uint64_t pid;                 //  40  for people; whether it lives is told by the lock
  uint64_t unused_static;       //  48
  uint64_t sequence;            //  56  of the seqlock, even while the page is whole; all that follows is under it
  uint64_t stream;              //  64  the wire's number of this sensor
  uint64_t config_id;           //  72  the wire's config_hash; 0: the sensor has not begun
  uint64_t calibration_id;      //  80  another one when a rest level or a reference in force changed
  uint64_t epoch;               //  88  another one with every change of settings; 0: the sensor has not begun
  uint64_t acquired;            //  96  instants that came from the sensor since myod started, lost ones not counted
  uint64_t end_index;           // 104  one past the newest sample, lost ones counted; 0: none came yet
  int64_t newest_ns;            // 112  when the newest sample was taken; 0: none came yet
  double newest_uncertainty_s;  // 120  of newest_ns; NaN: not known
  int64_t written_ns;           // 128  when the thread that wrote this woke up for it
  uint64_t stop_count;          // 136  Stops since myod started, of every client: a change means zero current
  uint64_t frame_sequence;      // 144  the wire's sequence of the control frame the channels' numbers are of
  uint64_t frame_end_index;     // 152  one past its last sample; 0: none yet in this epoch
  int64_t frame_ns;             // 160  when its last sample was taken; 0: none yet in this epoch
  uint64_t ended;               // 168  1: myod ended in good order, nothing follows
  uint64_t channels;            // 176  so many of the following; 0: the sensor has not begun
  uint64_t rate_mhz;            // 184  nominal rate in millihertz
  uint64_t unused[8];           // 192
  struct myod_control_channel channel[MYOD_CONTROL_MOST_CHANNELS];  // 256
};

static_assert(offsetof(struct myod_control_page, sequence) == 56, "layout");
static_assert(offsetof(struct myod_control_page, stream) == 64, "layout");
static_assert(offsetof(struct myod_control_page, newest_ns) == 112, "layout");
static_assert(offsetof(struct myod_control_page, stop_count) == 136, "layout");
static_assert(offsetof(struct myod_control_page, rate_mhz) == 184, "layout");
static_assert(offsetof(struct myod_control_page, channel) == 256, "layout");
static_assert(offsetof(struct myod_control_channel, grade) == 48, "layout");
static_assert(offsetof(struct myod_control_channel, name) == 120, "layout");
static_assert(sizeof(struct myod_control_channel) == 192, "layout");
static_assert(sizeof(struct myod_control_page) == 12544, "layout");

// How a wait ended. Only after `fresh` and `restarted` is the page a new one; a controller takes anything but `fresh`
// and, for as long as its limit of age allows, `unchanged` as a reason for zero current.
enum myod_control_status {
  myod_control_fresh,      // a whole page, newer than the one before
  myod_control_unchanged,  // nothing was written in that time, and myod lives
  myod_control_stale,      // nothing was written for MYOD_CONTROL_STALE_NS although its process lives: it hangs
  myod_control_torn,       // no whole copy could be had: it is stopped in the middle of a write
  myod_control_ended,      // it ended in good order
  myod_control_dead,       // it died without a word: killed, or crashed
  myod_control_restarted,  // a whole page, of another run of myod: all ids and counters begin anew
  myod_control_absent,     // there is no such file, or it may not be read (errno says)
  myod_control_foreign     // there is a file, and it is no page of this version
};

static inline const char* myod_control_word(enum myod_control_status status) {
  static const char* const words[] = {"fresh", "unchanged", "stale",  "torn",   "ended",
                                      "dead",  "restarted", "absent", "foreign"};
  return words[status];
}

// `path` is the reader's to keep alive; all else begins as zero: struct myod_control_reader r = {.path = "..."}.
struct myod_control_reader {
  const char* path;
  const uint64_t* words;  // mapped; null: not open
  int fd;
  int unread;           // nothing was copied since it was opened
  int known;            // boot_id is one that was read
  uint64_t boot_id[2];  // of the newest copy
  uint64_t sequence;    // of the newest copy
  int64_t written_ns;   // of the newest copy
};

static inline int64_t myod_control_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Age of the newest sample, its uncertainty on top; NaN when that is not known, so ask for !(age < limit). The least
// delay of the sensor's line (converter, radio, USB) is in neither, no arrival tells it: samples are older by that
// much.
static inline double myod_control_age_s(const struct myod_control_page* page, int64_t now_ns) {
  return (double)(now_ns - page->newest_ns) * 1e-9 + page->newest_uncertainty_s;
}

static inline void myod_control_close(struct myod_control_reader* r) {
  if (r->words == NULL) return;
  munmap((void*)r->words, sizeof(struct myod_control_page));
  close(r->fd);
  r->words = NULL;
}

static inline int myod_control_alive(const struct myod_control_reader* r) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(r->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static inline enum myod_control_status myod_control_open(struct myod_control_reader* r) {
  const int fd = open(r->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return myod_control_absent;
  struct stat found;
  void* at = MAP_FAILED;
  if (fstat(fd, &found) == 0 && found.st_size == (off_t)sizeof(struct myod_control_page))
    at = mmap(NULL, sizeof(struct myod_control_page), PROT_READ, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) {
    close(fd);
    return myod_control_foreign;
  }
  r->words = (const uint64_t*)at;
  r->fd = fd;
  r->unread = 1;
  if (r->words[0] == MYOD_CONTROL_MAGIC && r->words[1] == MYOD_CONTROL_VERSION &&
      r->words[2] == sizeof(struct myod_control_page)) {
    if (myod_control_alive(r)) return myod_control_fresh;
    myod_control_close(r);
    return myod_control_dead;
  }
  myod_control_close(r);
  return myod_control_foreign;
}

static inline uint64_t myod_control_load(const uint64_t* word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline const uint64_t* myod_control_sequence(const struct myod_control_reader* r) {
  return r->words + offsetof(struct myod_control_page, sequence) / 8;
}

static inline void myod_control_copy_words(const uint64_t* words, void* to, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const uint64_t word = myod_control_load(words + i);
    memcpy((char*)to + 8 * i, &word, sizeof word);
  }
}

// A whole copy, or torn. Channels beyond page->channels are not copied.
static inline enum myod_control_status myod_control_copy(const struct myod_control_reader* r,
                                                         struct myod_control_page* page) {
  const size_t channels_at = offsetof(struct myod_control_page, channel) / 8;
  for (int tries = 0; tries < 208; ++tries) {
    const uint64_t before = myod_control_load(myod_control_sequence(r));
    if (before % 2 == 0) {
      myod_control_copy_words(r->words, page, 0, channels_at);
      const uint64_t n = page->channels < MYOD_CONTROL_MOST_CHANNELS ? page->channels : MYOD_CONTROL_MOST_CHANNELS;
      myod_control_copy_words(r->words, page, channels_at, channels_at + n * sizeof page->channel[0] / 8);
      page->sequence = before;
      if (myod_control_load(myod_control_sequence(r)) == before) return myod_control_fresh;
    }
    if (tries >= 200) sched_yield();  // on the same core the writer has to finish first
  }
  return myod_control_torn;
}

static inline void myod_control_rest(int64_t until_ns) {
  const struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
  }
}

// The copy that follows an open, and what it means.
static inline enum myod_control_status myod_control_take(struct myod_control_reader* r,
                                                         struct myod_control_page* page) {
  const enum myod_control_status copied = myod_control_copy(r, page);
  if (copied != myod_control_fresh) return copied;
  const int moved = r->known && (r->boot_id[0] != page->boot_id[0] || r->boot_id[1] != page->boot_id[1]);
  memcpy(r->boot_id, page->boot_id, sizeof r->boot_id);
  r->written_ns = page->written_ns;
  r->sequence = page->sequence;
  r->unread = 0;
  r->known = 1;
  return page->ended ? myod_control_ended : moved ? myod_control_restarted : myod_control_fresh;
}

// Waits until there is a page newer than the one before, at most timeout_ms (0: only looks). Follows myod from one run
// to the next by itself. After ended, dead, absent and foreign the next call looks for a new file.
static inline enum myod_control_status myod_control_wait(struct myod_control_reader* r, struct myod_control_page* page,
                                                         int timeout_ms) {
  const int64_t until = myod_control_now_ns() + (int64_t)timeout_ms * 1000000;
  if (r->words == NULL && myod_control_open(r) != myod_control_fresh) {
    if (timeout_ms > 0) myod_control_rest(until);
    const enum myod_control_status found = myod_control_open(r);
    if (found != myod_control_fresh) return found;
  }
  while (!r->unread && myod_control_load(myod_control_sequence(r)) == r->sequence) {
    const int64_t left = until - myod_control_now_ns();
    if (left <= 0) {
      if (!myod_control_alive(r)) break;
      return myod_control_now_ns() - r->written_ns > MYOD_CONTROL_STALE_NS ? myod_control_stale
                                                                           : myod_control_unchanged;
    }
    const struct timespec most = {left / 1000000000, left % 1000000000};
    syscall(SYS_futex, myod_control_sequence(r), FUTEX_WAIT, (uint32_t)r->sequence, &most, NULL, 0);
  }
  if (r->unread || myod_control_load(myod_control_sequence(r)) != r->sequence) {
    const enum myod_control_status taken = myod_control_take(r, page);
    if (taken == myod_control_ended) myod_control_close(r);
    if (taken != myod_control_torn || myod_control_alive(r)) return taken;
  }
  myod_control_close(r);  // it died; the next run may be there already
  return myod_control_open(r) == myod_control_fresh ? myod_control_take(r, page) : myod_control_dead;
}
