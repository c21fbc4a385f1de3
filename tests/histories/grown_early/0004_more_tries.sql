UPDATE jobs SET tries = tries + 1;
