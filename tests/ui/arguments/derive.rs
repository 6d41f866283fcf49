use aws_retry::AsFailure;

#[derive(Debug, AsFailure)]
enum Mistakes {
    #[failure(throtled)]
    Mistyped,
    #[failure(colour = "blue")]
    MadeUp,
    #[failure(throttled, permanent)]
    Both,
    #[failure(code = "")]
    Empty,
    #[failure(status = 42)]
    NoStatus,
    #[failure(source)]
    Misplaced(std::io::Error),
    Twice(#[failure(source)] std::io::Error, #[failure(source)] std::io::Error),
    Opaque(#[failure(source)] Opaque),
}

#[derive(Debug)]
struct Opaque;

#[derive(AsFailure)]
union Union {
    a: u32,
}

fn survives(error: &Mistakes) {
    error.as_failure();
}

fn main() {}
