"""English."""

WORDS = """
absent: nobody home, not at home, not home, nobody opens, nobody answer, neighbour, neighbor, not there, away
accident: accident, crash, collision, collid, hit us, hit me, injur, hurt, whiplash
address: address, destination, drop-off, drop off, dropoff, pickup, pick-up, pick me up, entrance
age: age$, years old, proof of age, passport, id do i need, identity
airport: airport, terminal, train station, station, arrivals, flight, gate
alcohol: alcohol, beer, wine, liquor, drunk, drink, tobacco, cigarette, vape
allergy: allerg, peanut, nut$, nuts$, gluten, lactose, intoleran, ingredient, vegan
animal: dog, puppy, cat$, cats$, pet$, pets$, animal, guide dog
app: app, screen, crash, freez, froze, hang, hung$, frozen, bug$, bugs$, glitch, load, update
bank: bank, statement, iban, transfer
blocked: block, suspend, banned, deactivat, disabl, restrict, lock, paused
book: book, reserve, reservation, order a, get a, need a, i want a, arrange
cancel: cancel, call off, called off, undo, stop, abort, revoke, do not want, don't want, don't need, no longer
card: card, visa, mastercard, amex, maestro, apple pay, google pay, paypal, cash, pay with
change: chang, edit, modif, correct, switch, swap, add a, instead, different, another
charge: charg, bill, debit, took money, take money, deduct, paid, payment
child: child, kid, baby, babies, infant, toddler, son, daughter, teen, minor, booster, school
city: city, cities, town, countr, abroad, border, area, region, available in
code: code, sms, digits, otp, pin$, verif, text message
cold: cold, spill, stale, spoil, rotten, mould, mold, expired, out of date, melted, raw, leak
company: compan, business, firm, corporate, employer, employee, colleague, staff, office, coworker
courier: courier, deliver, delivery guy, delivery man, rider, shopper
damaged: damag, broke, smash, scratch, pieces, crack, dent, torn, destroy, shatter
danger: danger, help me, scared, afraid, unsafe, emergency, police, locked the doors, won't let me out, kidnap, following me
data: data$, privacy, personal, algorithm, profile, tracking me
declined: declin, refus, reject, not accept, doesn't accept, fail, invalid, not work, doesn't work
delete: delet, eras, close my, remove my, unregister, gdpr
delivered: delivered, handed over, marked, not received, never received, never arrived, never got, nothing here
disability: blind, deaf, hear, hard of hearing, voiceover, talkback, screen reader, disab, large text, sign language, speech
discrimination: discriminat, race$, racis, black, gay, religio, skin, because i am, because i'm, hijab, muslim, ethnic
driver: driver, chauffeur, cabbie, the man, the guy
driving: driving, too fast, speeding, reckless, dangerous, red light, texting, on the phone, asleep
email: email, e-mail, mail$
expensive: expensive, dear$, dearer, pricey, cost more, costs more, overcharg, overpriced, higher, surge, double, too much, more than
fare: fare, price, cost, rate$, amount, tariff, quote, estimate, total
food: food, meal, pizza, burger, sushi, dinner, lunch, restaurant, dish, soup, fries, kebab, noodles, kitchen
forbidden: battery, batteries, firework, explosive, weapon, drugs, forbidden, prohibited, not allowed, allowed to send, illegal
found: found, somebody else's, someone else's, not mine, belongs to, finder
friend: friend, refer, invit, brother, sister, cousin
gps: gps, location, position, map$, pin$, share my
grocery: grocer, supermarket, milk, bread, eggs, yoghurt, yogurt, fruit, vegetable, basket, shopping
hacked: hack, stolen account, took over, taken over, someone else is using, somebody is using, takeover, compromis, fraud, unauthori
harassment: harass, touch, grope, sexual, flirt, stalk, inappropriate, creepy, comments about, keeps texting, keeps calling, dirty things
hours: open, hours, at night, when can i reach, weekend, holiday
ill: ill$, sick, vomit, throwing up, threw up, poison, diarr, stomach, nausea
insurance: insur, cover, liab, who pays
invoice: invoice, receipt, vat$, tax$, accounting, monthly bill, last month
job: become, earn$, earning, job, apply, drive for, work for you, requirement, sign up as
language: language, speak, spanish, polish, english, translat
late: late, delay, overdue, slow, still not, not arrived, not here, hour ago, should have, taking so long, takes so long, turned up
login: log in, login, sign in, signin, log on, password, get in
lost: lost, left my, left a, leave, forgot, behind, misplac, dropped, fell out
luggage: luggage, suitcase, bags, baggage, seats, how many people, passengers, fit$
message: notif, push, alert, reminder
missing: missing, incomplete, lacking, absent, not in the bag, left out
moto: moto, motorbike, motorcycle, scooter, bike, helmet
move: move, moving, removal, lorry, truck, van$, vans$, furniture, relocat
parcel: parcel, package, packet, box, goods, ship, send, letter
person: human, person, agent, operator, representative, somebody real, real, bot$, talk to, speak to
phone: phone, mobile, iphone, smartphone, cell$, cell phone, android, sim$, number
plate: plate, number plate, licence, license, registration, different car, different driver, not the same, doesn't match
points: point, loyalty, reward, bonus
promo: promo, coupon, voucher, discount, offer, credit
property: keys, umbrella, jacket, purse, glasses, backpack, laptop, wallet, bag, something, item, thing
refund: refund, reimburs, money back, pay back, paid back, pay me back, give back, compensat, my money
review: review, again, appeal, disagree, reconsider, look at, looked at, unfair, decision, rejected
ride: ride, trip, taxi, cab$, car$, journey, lift, vehicle
rude: rude, shout, yell, impolite, unfriendly, insult, complain, behav, aggressive, swear
scam: scam, phish, fake, suspicious, is it real, pretend, claims to be, saying he's from
schedule: schedul, tomorrow, later, earlier, postpone, advance, next week, next month, date, weekend
shared: who sees, can see, follow me, share, family
soiled: dirty, filthy, smell, stink, unclean, soil, mess, clean, vomit
steps: stair, step, lift, elevator, ground level, ground floor, kerb, climb
subscription: subscri, membership, monthly plan, auto-renew, renewal
tier: gold, silver, bronze, platinum, premium, tier, class
tip: tip$, tips$, tipp, prais, thank, lovely, compliment, great, nice driver
twice: twice, two times, double, duplicate, two charges, two orders, same order
violence: violen, attack, threat, rob$, robb, knife, gun, punch, assault, beat, weapon, hit me
wait: wait, standing around, minutes
wallet: wallet, balance, top up, topup, top-up, funds, add money, withdraw
wheelchair: wheelchair, ramp, accessib, mobility, walker, crutch
where: where, track, eta, status, how far, how long, on the way, arrive, not moving, isn't moving, standing still, stuck
wrong: wrong, incorrect, mistak, mixed up, not what i, different from
"""
