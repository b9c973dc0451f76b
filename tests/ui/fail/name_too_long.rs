use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    eccentricity_of_the_orbit_in_the_plane_of_the_ecliptic_at_the_epoch: f64,
}

#[derive(SimRecord)]
struct AnOrbitInThePlaneOfTheEclipticWithAllPerturbationsOfTheGiants {
    mass: f64,
}

fn main() {}
