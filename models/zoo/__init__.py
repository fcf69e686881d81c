"""The reference target with one real, historical concurrency bug put back each: what the fuzzer must find."""
