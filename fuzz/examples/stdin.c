/* For AFL++: a program that reads IMAP on its standard input. */
#include <stdio.h>

#include "fetch.h"

int main(void) {
    static uint8_t input[65536];
    uint32_t uid = 0;
    size_t size = fread(input, 1, sizeof input, stdin);

    if (fetch_read(input, size, &uid) > 0) {
        printf("UID %u\n", uid);
    }
    return 0;
}
