"""English: the words of columns, choices and templates."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from keepclear.formats.labels.language import Language

__all__ = ["ENGLISH"]

ENGLISH: Final = Language(
    code="en",
    own_name="English",
    reviewed=True,
    right_to_left=False,
    columns=MappingProxyType(
        {
            "id": (
                "Reference", "Ref", "Own reference", "Reference number", "Ref no", "Identifier",
                "Site ID", "Facility ID", "Facility code", "Site code", "Movement ID",
                "Movement reference", "Mission reference",
            ),
            "party": (
                "Organisation", "Organization", "Organisation name", "Organization name",
                "Agency", "NGO", "Declared by", "Notified by",
            ),
            "on_behalf_of": ("On behalf of", "Acting for", "Partner"),
            "kind": ("Kind", "Kind of declaration", "Declaration type"),
            "state": ("State",),
            "priority": ("Priority",),
            "name": (
                "Name", "Facility name", "Name of facility", "Health facility", "Site name",
                "Name of site", "Location name", "Place name", "Facility", "Title",
            ),
            "alias": ("Also known as", "Alias", "Other name", "Alternative name"),
            "site_type": (
                "Type", "Facility type", "Type of facility", "Site type", "Type of site",
                "Location type", "Function",
            ),
            "position": (
                "Position", "Coordinates", "Coordinate", "GPS", "GPS coordinates", "Where",
                "Location coordinates", "Lat/Long", "Lat, Long", "Lat Lon", "LatLong",
                "Latitude, Longitude", "Position 1", "Geo coordinates", "MGRS", "MGRS grid",
                "Grid", "Grid reference", "UTM",
            ),
            "position_2": (
                "Position, second notation", "Position 2", "Second position", "Coordinates 2",
                "Check position", "Position in another notation",
            ),
            "latitude": ("Latitude", "Lat", "Latitude N", "Latitude decimal", "GPS latitude", "Y"),
            "longitude": (
                "Longitude", "Long", "Lon", "Lng", "Longitude E", "Longitude decimal",
                "GPS longitude", "X",
            ),
            "lat_deg": ("Latitude degrees", "Lat deg", "Lat D", "Lat degrees"),
            "lat_min": ("Latitude minutes", "Lat min", "Lat M", "Lat minutes"),
            "lat_sec": ("Latitude seconds", "Lat sec", "Lat S", "Lat seconds"),
            "lat_hem": ("Latitude hemisphere", "Lat hemisphere", "N/S", "Lat N/S"),
            "lon_deg": (
                "Longitude degrees", "Lon deg", "Long deg", "Lon D", "Lon degrees", "Long degrees",
            ),
            "lon_min": (
                "Longitude minutes", "Lon min", "Long min", "Lon M", "Lon minutes", "Long minutes",
            ),
            "lon_sec": (
                "Longitude seconds", "Lon sec", "Long sec", "Lon S", "Lon seconds", "Long seconds",
            ),
            "lon_hem": (
                "Longitude hemisphere", "Lon hemisphere", "Long hemisphere", "E/W", "Lon E/W",
                "Long E/W",
            ),
            "datum": ("Datum", "Geodetic datum", "Map datum", "Coordinate system"),
            "time_zone": ("Time zone", "Timezone", "UTC offset", "Offset from UTC"),
            "position_method": (
                "How the position was found", "Position method", "Source of coordinates",
                "Coordinate source", "LL source", "Position source", "How measured",
            ),
            "measured_on": ("Position found on", "Date measured", "Measured on", "Date of GPS"),
            "position_error_m": (
                "Position error", "Estimated error", "Accuracy", "GPS accuracy", "Error",
            ),
            "wkt": ("Outline (WKT)", "WKT", "Geometry", "Outline", "Footprint"),
            "entrance": ("Entrance", "Entrance point", "Gate"),
            "height_m": ("Height of building", "Building height"),
            "country": ("Country", "Country name"),
            "admin_area": (
                "Administrative area", "Admin area", "Admin1", "Admin 1", "Admin2", "Governorate",
                "Province", "Region", "District", "State or province",
            ),
            "description": (
                "Where it is, in words", "Description", "Location description", "Directions",
                "Remarks on location",
            ),
            "standoff_m": (
                "Stand-off", "Standoff", "Distance to keep", "Safe distance", "Buffer",
            ),
            "radius_m": ("Radius",),
            "half_width_m": ("Corridor half width", "Half width"),
            "ground_m": ("Ground", "Ground elevation", "Terrain"),
            "altitude_lower": (
                "Lower limit", "Altitude lower", "Lower altitude", "Floor", "Minimum altitude",
            ),
            "altitude_upper": (
                "Upper limit", "Altitude upper", "Upper altitude", "Ceiling", "Maximum altitude",
            ),
            "time_start": (
                "Start", "Start time", "Time start", "From time", "Begins", "Valid from",
                "Start date",
            ),
            "time_end": ("End", "End time", "Time end", "Until", "To time", "Ends", "End date"),
            "times": ("Times",),
            "edges": ("Edges",),
            "leg_errors_m": ("Leg errors",),
            "marking": ("Marking", "Markings", "How marked", "Logo", "Roof marking"),
            "function_since": ("In this use since", "Function since", "Active since"),
            "confirmed_on": (
                "Use confirmed on", "Confirmed on", "Last confirmed", "Function confirmed on",
            ),
            "photos": ("Photos", "Photo files", "Pictures"),
            "contact_role": (
                "Contact: role of the desk", "Contact role", "Desk", "Duty desk", "Focal desk",
                "Contact desk", "24 h contact role",
            ),
            "contact_phone": (
                "Contact: telephone", "Contact phone", "Desk phone", "Telephone", "Phone",
                "24 h phone", "Phone number",
            ),
            "contact_radio": ("Contact: radio", "Contact radio", "Radio", "Radio channel"),
            "valid_until": ("Confirm again by", "Valid until", "Validity", "Expiry", "Expires"),
            "consented_recipients": (
                "May be sent to", "Recipients consented", "Consented recipients", "Recipients",
            ),
            "sensitivity": ("Sensitivity", "Sensitivity class"),
            "purpose": ("Purpose", "Purpose of movement", "Movement type", "Mission type"),
            "vehicle_count": ("Vehicles", "Number of vehicles", "Vehicle count"),
            "vehicle_types": (
                "Vehicle types and colours", "Vehicle types", "Vehicle type", "Type of vehicle",
            ),
            "vehicle_plates": (
                "Number plates", "Plates", "Plate", "Licence plate", "License plate",
                "Registration number",
            ),
            "people_count": (
                "People", "Number of people", "Number of persons", "Passengers", "Pax",
                "Number of staff",
            ),
            "return_leg": ("Returns the same way", "Return leg", "Return"),
            "abort_points": ("Abort points",),
            "emergency": ("Emergency", "Emergency flag"),
            "amendment_of": ("Replaces reference", "Amendment of", "Amends"),
            "stops": ("Stops in words", "Stops"),
            "stop_kind": ("What happens here", "Stop type", "Point type", "Kind of stop"),
            "stop_name": ("Stop", "Stop name", "Waypoint", "Checkpoint", "Point", "Leg"),
            "arrival_earliest": (
                "Arrival, earliest", "Arrival", "ETA", "Arrival earliest", "ETA earliest",
                "ETA from", "Arrival time",
            ),
            "arrival_latest": ("Arrival, latest", "ETA latest", "ETA to", "ETA until"),
            "departure_earliest": (
                "Departure, earliest", "Departure", "ETD", "Departure earliest", "ETD earliest",
                "ETD from", "Departure time",
            ),
            "departure_latest": ("Departure, latest", "ETD latest", "ETD to", "ETD until"),
            "stay_min": (
                "Longest stay (minutes)", "Maximum stay", "Max stay", "Maximum stay (min)",
                "Longest stay", "Stay minutes", "Max stay minutes",
            ),
            "speed_kmh": ("Speed (km/h)", "Speed km/h", "Speed kmh", "Speed kph"),
            "airspace_class": ("Airspace class",),
            "airspace_type": ("Airspace type",),
            "airspace_local_type": ("Airspace type, local",),
            "airspace_rules": ("Airspace rules",),
            "airspace_frequency": ("Airspace frequency",),
            "airspace_station": ("Airspace station",),
            "airspace_transponder": ("Airspace transponder code",),
        }
    ),
    choices=MappingProxyType(
        {
            "kind": {
                "operation": ("operation",), "movement": ("movement", "convoy"),
                "site": ("site", "static site"), "restriction": ("restriction",),
                "area": ("area",),
            },
            "site_type": {
                "hospital": ("hospital",), "clinic": ("clinic",), "warehouse": ("warehouse",),
                "office": ("office",), "guesthouse": ("guesthouse",),
                "water": ("water", "water point"), "power": ("power",), "school": ("school",),
                "distribution point": ("distribution point",), "camp": ("camp",),
            },
            "position_method": {
                "GPS in place": ("GPS in place", "GPS"), "map": ("map",), "address": ("address",),
                "satellite image": ("satellite image",),
            },
            "datum": {"local": ("local",), "unknown": ("unknown", "not known")},
            "marking": {
                "day": ("day",), "night": ("night",), "thermal": ("thermal",), "none": ("none",),
            },
            "sensitivity": {
                "low": ("low",), "moderate": ("moderate",), "high": ("high",),
                "severe": ("severe",),
            },
            "purpose": {
                "staff": ("staff",), "food": ("food",), "non-food": ("non-food", "NFI"),
                "medical": ("medical",), "migrants": ("migrants",), "evacuation": ("evacuation",),
                "general cargo": ("general cargo",), "repair": ("repair",),
                "vaccination": ("vaccination",),
            },
            "stop_kind": {
                "departure": ("departure", "start"), "waypoint": ("waypoint", "checkpoint"),
                "holding point": ("holding point", "holding", "hold"),
                "overnight stop": ("overnight stop", "overnight"),
                "arrival": ("arrival", "destination", "end"),
                "abort point": ("abort point",),
            },
            "yes/no": {"yes": ("yes", "y", "true"), "no": ("no", "n", "false")},
        }
    ),
    refused=MappingProxyType(
        {
            "personname": (
                "Contact name", "Contact person", "Name of contact", "Focal point name",
                "Name of focal point", "Focal person", "Driver", "Drivers", "Name of driver",
                "Names of passengers", "Passenger names", "Staff names", "Names of staff",
                "Full name", "Team leader name", "Manager name", "Name of manager",
            ),
            "idnumber": (
                "ID number", "ID card", "National ID", "Identity card", "Passport no",
                "Driver licence", "Driver license", "Driving licence number",
            ),
            "nationality": ("Nationality", "Nationalities", "Citizenship"),
        }
    ),
    words=MappingProxyType(
        {
            "title_sites": "Notification of sites",
            "title_movements": "Notification of movements",
            "how_sites": "One row for each site. Grey row: an example, not read.",
            "how_movements": (
                "One row for each stop, in order; the same reference joins them to one movement. "
                "Grey rows: an example, not read."
            ),
            "readme": "Read me",
            "not_permission": (
                "An acknowledgement says that the notification was received. It is not "
                "permission, no guarantee and no agreement."
            ),
            "contact_is_desk": (
                "The contact is the desk's, by role. Names, nationalities and identity numbers of "
                "persons are refused."
            ),
            "times_utc": "All times are UTC.",
            "unreviewed": "These words have not been reviewed by a native speaker.",
            "required": "Required.",
            "choose": "Choose from the list, or write your own words.",
            "choose_only": "Choose from the list.",
            "answer": "Answer",
            "accepted": "accepted",
            "refused": "refused",
            "look": "please check",
            "not_taken": "not read",
            "sites": "Sites",
            "movements": "Movements",
            "example_name": "Bravo clinic",
            "example_words": "9 km south of Bravo strip",
            "example_desk": "Duty desk, Relief",
        }
    ),
)  # fmt: skip
